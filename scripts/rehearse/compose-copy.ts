import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  docker,
  removeProject,
  uniqueProject,
} from '../../tests/support/engine.ts';
import { findAnsweringEngine } from '../../tests/support/requirements.ts';
import { findImages } from './engine-images.ts';
import type { PlatformCopy } from './platform-copy.ts';

/** The compose modules of the copy, with an engine to run them. */
export interface ComposeCopy {
  /** First part of the name of every project. */
  readonly prefix: string;
  /** Where the ledger ran before. */
  readonly oldLedger: string;
  /** Takes away all that was made on the engine. */
  remove(): void;
}

/**
 * Gives the compose modules of the copy projects and places that are nobody
 * else's. Undefined where there is nothing to run them with; it says so.
 */
export async function prepareComposeModules(
  copy: PlatformCopy,
): Promise<ComposeCopy | undefined> {
  // The driver's own client is given no environment either.
  for (const key of Object.keys(process.env)) {
    if (/^(?:DOCKER|COMPOSE)_/.test(key)) delete process.env[key];
  }
  const engine = findAnsweringEngine();
  if (engine === undefined) {
    console.log(
      'No engine with docker compose 2.30 or later answers: the compose modules are left out.',
    );
    return undefined;
  }
  process.env['APPLY_GATES_ENGINE'] = engine;
  const prefix = uniqueProject();
  const files = readFiles(copy.repo);
  const named = [...files.values()].flatMap((text) =>
    [...text.matchAll(IMAGE)].map(([, , ref = '']) => ref),
  );
  const images = await findImages([...new Set(named)], prefix).catch(
    (error) => {
      removeProject(prefix);
      throw error;
    },
  );
  if ('missing' in images) {
    removeProject(prefix);
    console.log(
      `${images.missing} is not on the engine and cannot be pulled: the compose modules are left out.`,
    );
    return undefined;
  }
  const oldLedger = join(copy.folder, 'old-ledger');
  for (const [file, text] of files) {
    const changed = text
      .replaceAll(IMAGE, (_, key, ref) => key + (images.refs.get(ref) ?? ref))
      .replaceAll(/^( {2}project: )(?=\S)/gm, `$1${prefix}-`)
      .replaceAll('/opt/ledger', oldLedger);
    writeFileSync(file, changed);
  }
  return {
    prefix,
    oldLedger,
    remove: () => {
      removeProject(prefix);
      forgetTags(copy);
      images.remove();
    },
  };
}

const IMAGE = /^( +image: )(\S+)/gm;

/** Compose files and manifests of the compose modules, by path. */
function readFiles(repo: string): Map<string, string> {
  const paths = readdirSync(repo, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => /(?:^|\/)(?:compose|module)\.yaml$/.test(path))
      .map((path) => join(repo, path))
      .map((path) => [path, readFileSync(path, 'utf8')] as const)
      .filter(([, text]) => !text.includes('driver: command')),
  );
}

/** Names that the driver gave to images which ran, for the way back. */
function forgetTags({ host }: PlatformCopy): void {
  const mine = readdirSync(host).map((id) => {
    const sum = createHash('sha256').update(join(host, id)).digest('hex');
    return `apply-gates/${id}-images:${sum.slice(0, 8)}.`;
  });
  const format = '{{.Repository}}:{{.Tag}}';
  const tags = docker('images', '--format', format, 'apply-gates/*')
    .split('\n')
    .filter((tag) => mine.some((each) => tag.startsWith(each)));
  if (tags.length > 0) docker('rmi', ...tags);
}
