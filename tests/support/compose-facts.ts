import { createHash } from 'node:crypto';
import {
  type ComposeFacts,
  parseFacts,
} from '../../src/drivers/compose/facts/facts.ts';

/** A service, volume or other part of a model, as compose prints it. */
type Part = Readonly<Record<string, unknown>>;

/** The parts of a model, as `docker compose config --format json` has them. */
export interface ModelOptions {
  readonly name?: string;
  readonly services: Readonly<Record<string, Part>>;
  readonly volumes?: Readonly<Record<string, Part>>;
  readonly networks?: Readonly<Record<string, Part>>;
  readonly configs?: Readonly<Record<string, Part>>;
  readonly secrets?: Readonly<Record<string, Part>>;
}

/** Columns of one line of `containers`; what is left out is as planned. */
export interface ContainerOptions {
  readonly number?: number;
  readonly oneoff?: 'True' | 'False';
  readonly state?: string;
  readonly exit?: number;
  readonly image?: string;
  readonly config?: string;
  readonly mounted?: string;
  readonly replace?: string;
  readonly lost?: string;
}

export interface FactsOptions {
  readonly model: ModelOptions;
  /** Undefined where nothing was applied. */
  readonly previous?: ModelOptions;
  /** Values that are not shown. */
  readonly masks?: readonly string[];
  /** What runs, by service; without it, one of each as planned. */
  readonly containers?: Readonly<Record<string, readonly ContainerOptions[]>>;
  /** Services whose image the host does not have. */
  readonly missing?: readonly string[];
  /** `yes same` for those that are not named. */
  readonly volumes?: Readonly<Record<string, string>>;
  readonly networks?: Readonly<Record<string, string>>;
  /** Fields as they come, instead of those made here. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Facts of a host where everything runs as planned, but for what is said. */
export function makeComposeFacts(options: FactsOptions): ComposeFacts {
  const parsed = parseFacts(encodeFields(makeFactFields(options)));
  if (parsed.kind !== 'facts') throw new TypeError(JSON.stringify(parsed));
  return parsed.facts;
}

export function encodeFields(
  fields: Readonly<Record<string, string>>,
): Map<string, Buffer> {
  const entries = Object.entries(fields);
  return new Map(entries.map(([key, text]) => [key, Buffer.from(text)]));
}

export function makeFactFields(options: FactsOptions): Record<string, string> {
  const { masks = [], model, previous } = options;
  const services = Object.entries(model.services);
  const storage = (kind: 'volumes' | 'networks') =>
    Object.keys(model[kind] ?? {}).map((key) => {
      const said = options[kind]?.[key] ?? 'yes same';
      return `${key}\tname\t${said.replace(' ', '\t')}\n`;
    });
  const shown = flattenModel(model);
  const before = previous ? flattenModel(previous) : '';
  return {
    config_status: '0',
    stderr: '',
    compose: '2.40.3',
    live: previous ? 'c'.repeat(64) : '',
    live_sha: previous ? 'b'.repeat(40) : '',
    health: 'healthy',
    sum: 'd'.repeat(64),
    directory: '',
    model: shown,
    model_shown: masked(shown, masks),
    previous: before,
    previous_shown: masked(before, masks),
    previous_services: '',
    previous_host: '',
    hashes: services
      .map(([name, service]) => `${name}\t${configOf(service)}\n`)
      .join(''),
    images: services
      .map(([name, { image }]) => {
        const id = options.missing?.includes(name) ? '' : imageId(`${image}`);
        return `${name}\t${id}\n`;
      })
      .join(''),
    containers: containerLines(options),
    mounts: '',
    volumes: storage('volumes').join(''),
    networks: storage('networks').join(''),
    changed: '',
    ...options.fields,
  };
}

function containerLines({ containers, model }: FactsOptions): string {
  const planned: FactsOptions['containers'] = Object.fromEntries(
    Object.keys(model.services).map((name) => [name, [{}]]),
  );
  return Object.entries({ ...planned, ...containers })
    .flatMap(([name, each]) =>
      each.map((one, index) => {
        const service = Object.hasOwn(model.services, name)
          ? (model.services[name] ?? {})
          : {};
        const columns = [
          name,
          one.number ?? index + 1,
          one.oneoff ?? 'False',
          one.state ?? 'running',
          one.exit ?? 0,
          one.image ?? imageId(`${service['image']}`),
          one.config ?? configOf(service),
          one.mounted ?? 'none',
          one.replace ?? '',
          one.lost ?? '',
        ];
        return `${columns.join('\t')}\n`;
      }),
    )
    .join('');
}

/** What stands for the keyed hash of a service here. */
export function configOf(service: Part): string {
  return sha256(JSON.stringify(service));
}

/** Id of the image that a reference stands for on the host. */
export function imageId(reference: string): string {
  return `sha256:${sha256(reference)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One line for each scalar or empty container, as the host flattens. */
export function flattenModel(model: ModelOptions): string {
  return flatten({ name: 'web', ...model }, []);
}

function flatten(value: unknown, path: readonly (string | number)[]): string {
  if (typeof value === 'object' && value !== null) {
    const entries: [string | number, unknown][] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    if (entries.length > 0) {
      return entries
        .map(([key, inner]) => flatten(inner, [...path, key]))
        .join('');
    }
  }
  return `${JSON.stringify(path)}\t${JSON.stringify(value)}\n`;
}

function masked(text: string, masks: readonly string[]): string {
  return masks.reduce((left, mask) => left.replaceAll(mask, '***'), text);
}
