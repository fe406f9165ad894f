/**
 * One value of the resolved model in two texts. `value` is for decisions and
 * stays in memory; `shown` has the values of host files masked, and is the
 * only one that may enter a plan, a finding or a log.
 */
export interface ComposeScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly shown: string;
}

/** A part of the model whose shape only compose knows. */
export type ComposeNode = ComposeScalar | ComposeList | ComposeMap;

export interface ComposeList {
  readonly kind: 'list';
  readonly items: readonly ComposeNode[];
}

/** A map, never an object: keys such as `constructor` are only keys. */
export interface ComposeMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ComposeNode>;
}

/** A text of the model; see `ComposeScalar` for which one may be told. */
export interface ComposeText {
  readonly value: string;
  readonly shown: string;
}

export interface ComposeMount {
  /** `bind`, `volume`, `tmpfs`, `image`, or what a later compose knows. */
  readonly type: string;
  /** Host path or key of a volume; undefined for an anonymous volume. */
  readonly source: ComposeText | undefined;
  readonly target: ComposeText;
  readonly readOnly: boolean;
  /** Folder inside the volume that is mounted, where not all of it is. */
  readonly subpath: ComposeText | undefined;
}

export interface ComposeService {
  readonly name: string;
  readonly image: ComposeText | undefined;
  /** Containers that compose would run; 1 where the service does not say. */
  readonly replicas: number;
  readonly mounts: readonly ComposeMount[];
  /** Keys of the networks that it is attached to. */
  readonly networks: readonly string[];
  /** Keys of the configs and secrets that it reads. */
  readonly configs: readonly string[];
  readonly secrets: readonly string[];
  /** All that was sent of it, for checks of any key; `"?"` says: is there. */
  readonly entries: ReadonlyMap<string, ComposeNode>;
}

export interface ComposeVolume {
  readonly key: string;
  readonly name: ComposeText;
  readonly external: boolean;
  readonly driver: ComposeText | undefined;
  /** Of the driver_opts: a device that is a path makes it a bind in disguise. */
  readonly type: ComposeText | undefined;
  readonly device: ComposeText | undefined;
}

export interface ComposeNetwork {
  readonly key: string;
  readonly name: ComposeText;
  readonly external: boolean;
  readonly driver: ComposeText | undefined;
}

/** A config or a secret; `file` and `environment` say where it is from. */
export interface ComposeContent {
  readonly key: string;
  readonly name: ComposeText;
  readonly external: boolean;
  readonly file: ComposeText | undefined;
  readonly environment: ComposeText | undefined;
  readonly inline: boolean;
}

/** The structure of what `docker compose config` resolved; no other values. */
export interface ComposeModel {
  readonly name: ComposeText;
  readonly services: ReadonlyMap<string, ComposeService>;
  readonly volumes: ReadonlyMap<string, ComposeVolume>;
  readonly networks: ReadonlyMap<string, ComposeNetwork>;
  readonly configs: ReadonlyMap<string, ComposeContent>;
  readonly secrets: ReadonlyMap<string, ComposeContent>;
}
