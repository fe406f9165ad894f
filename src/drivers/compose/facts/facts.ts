import * as z from 'zod';
import { sha256Schema } from '../../../model/identifiers.ts';
import { liveShaSchema } from '../../live-sha.ts';
import {
  type ContainerFact,
  type HostPathFact,
  type MountFact,
  parseContainers,
  parseHashes,
  parseImages,
  parseMounts,
  parsePreviousHost,
  parseStorage,
  type StorageFact,
} from './fact-lines.ts';
import { MalformedFacts } from './malformed-facts.ts';
import type { ComposeModel } from './model.ts';
import { linesOf } from './model-tree.ts';
import { parseModel } from './parse-model.ts';

const treeSchema = z
  .union([z.literal(''), sha256Schema])
  .transform((tree) => (tree === '' ? null : tree));

const versionSchema = z.string().regex(/^[0-9]{1,4}(?:\.[0-9]{1,6}){0,3}$/);

const factFields = {
  /** Version of compose on the host. */
  compose: versionSchema,
  /** Tree of the live release. */
  live: treeSchema,
  /** Commit that it was last applied from, as the host noted it. */
  live_sha: liveShaSchema,
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  /** Keyed sum over all facts; apply holds the host to it. */
  sum: sha256Schema,
  /** The old folder: not asked for, ours already, to be taken over, not there. */
  directory: z.enum(['', 'linked', 'folder', 'absent']),
};

const scalarsSchema = z.object(factFields);

/** What the host found out, before anything is decided. */
export interface ComposeFacts extends z.output<typeof scalarsSchema> {
  readonly model: ComposeModel;
  /** The model last applied, where there is one. */
  readonly previous: ComposeModel | undefined;
  /** Services that the live release called its own; none = all it had. */
  readonly previousServices: readonly string[];
  readonly previousHost: readonly HostPathFact[];
  readonly hashes: ReadonlyMap<string, string>;
  readonly containers: readonly ContainerFact[];
  /** Of services that the model last applied does not have. */
  readonly mounts: readonly MountFact[];
  readonly images: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, StorageFact>;
  readonly networks: ReadonlyMap<string, StorageFact>;
  /** Repository paths that the live release has otherwise, or only one has. */
  readonly changed: readonly string[];
  /** What compose said while it resolved the model, masked. */
  readonly stderr: string;
}

export type FactsResult =
  | { readonly kind: 'facts'; readonly facts: ComposeFacts }
  /** Compose could not resolve the model, and said why. */
  | { readonly kind: 'unresolved'; readonly stderr: string }
  | { readonly kind: 'malformed'; readonly why: string };

type Fields = ReadonlyMap<string, Buffer>;

/** Reads the answer to a plan. What is missing is malformed, never empty. */
export function parseFacts(fields: Fields): FactsResult {
  try {
    const status = textAt(fields, 'config_status');
    if (!/^[0-9]{1,3}$/.test(status)) throw new MalformedFacts('config_status');
    const stderr = textAt(fields, 'stderr');
    return Number(status) === 0
      ? { kind: 'facts', facts: factsOf(fields, stderr) }
      : { kind: 'unresolved', stderr };
  } catch (error) {
    if (!(error instanceof MalformedFacts)) throw error;
    return { kind: 'malformed', why: error.message };
  }
}

function factsOf(fields: Fields, stderr: string): ComposeFacts {
  const at = (key: string) => textAt(fields, key);
  const keys = Object.keys(factFields);
  const scalars = scalarsSchema.safeParse(
    Object.fromEntries(keys.map((key) => [key, at(key)])),
  );
  if (!scalars.success) {
    const wrong = scalars.error.issues.map(({ path }) => path.join('.'));
    throw new MalformedFacts(wrong.join(', '));
  }
  const facts: ComposeFacts = {
    ...scalars.data,
    model: parseModel(at('model'), at('model_shown')),
    previous:
      at('previous') === ''
        ? undefined
        : parseModel(at('previous'), at('previous_shown')),
    previousServices: linesOf(at('previous_services')),
    previousHost: parsePreviousHost(at('previous_host')),
    hashes: parseHashes(at('hashes')),
    containers: parseContainers(at('containers')),
    mounts: parseMounts(at('mounts')),
    images: parseImages(at('images')),
    volumes: parseStorage(at('volumes'), 'volumes'),
    networks: parseStorage(at('networks'), 'networks'),
    changed: linesOf(at('changed')),
    stderr,
  };
  requireWhole(facts);
  return facts;
}

/** What the model names must have been looked at: nothing is in sync unseen. */
function requireWhole(facts: ComposeFacts): void {
  const { model } = facts;
  for (const { image, name } of model.services.values()) {
    const seen = !image || facts.images.has(name);
    if (!seen || !facts.hashes.has(name)) {
      throw new MalformedFacts('a service of the model without its facts');
    }
  }
  for (const kind of ['volumes', 'networks'] as const) {
    for (const key of model[kind].keys()) {
      if (facts[kind].has(key)) continue;
      throw new MalformedFacts(`one of the ${kind} without its facts`);
    }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textAt(fields: Fields, key: string): string {
  const bytes = fields.get(key);
  if (!bytes) throw new MalformedFacts(`no ${key}`);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedFacts(`${key} is not UTF-8`);
  }
}
