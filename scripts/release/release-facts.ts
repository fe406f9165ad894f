import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { askGit, git } from './git.ts';
import { findNotes } from './release-notes.ts';

export type Tags = ReadonlyMap<string, string>;

export interface RemoteFacts {
  readonly name: string;
  /** Name -> commit; undefined where the remote could not be asked. */
  readonly tags: Tags | undefined;
  /** Name -> what the ref itself is of, which may be a tag with a message. */
  readonly refs: Tags;
  /** Its branch main. */
  readonly main: string | undefined;
}

export interface ReleaseFacts {
  readonly version: string;
  readonly head: string;
  readonly branch: string;
  /** What git calls changed or unknown, a line each. */
  readonly dirty: readonly string[];
  /** The section of the changelog; undefined where there is none. */
  readonly notes: string | undefined;
  readonly tags: Tags;
  readonly remote: RemoteFacts | undefined;
  /** Commits that HEAD comes after, of those asked for. */
  readonly isBefore: (commit: string) => boolean;
}

const packageSchema = z.looseObject({ version: z.string() });

/** Everything that decides on a release; `origin` is asked where nothing is pushed. */
export function readFacts(
  folder: string,
  push: string | undefined,
): ReleaseFacts {
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const { version } = packageSchema.parse(JSON.parse(read('package.json')));
  const remotes = git(folder, ['remote']).split('\n');
  const remote = push ?? remotes.find((name) => name === 'origin');
  return {
    version,
    head: git(folder, ['rev-parse', 'HEAD']),
    branch: askGit(folder, ['symbolic-ref', '--short', 'HEAD']).output,
    dirty: git(folder, ['status', '--porcelain', '--untracked-files=all'])
      .split('\n')
      .filter((line) => line !== ''),
    notes: existsSync(join(folder, 'CHANGELOG.md'))
      ? findNotes(read('CHANGELOG.md'), version)
      : undefined,
    tags: parseTags(
      git(folder, ['show-ref', '--dereference', '--tags', '--head']),
    ),
    remote: remote === undefined ? undefined : readRemote(folder, remote),
    isBefore: (commit) =>
      askGit(folder, ['merge-base', '--is-ancestor', commit, 'HEAD']).ok,
  };
}

function readRemote(folder: string, name: string): RemoteFacts {
  const { ok, output } = askGit(folder, ['ls-remote', '--', name]);
  const main = /^([0-9a-f]+)\s+refs\/heads\/main$/m.exec(output)?.[1];
  const refs = parseTags(output.replaceAll(/^.*\^\{\}$/gm, ''));
  return { name, tags: ok ? parseTags(output) : undefined, refs, main };
}

/** Name -> commit, of lines with an id and a ref; `^{}` is what a tag is of. */
function parseTags(lines: string): Tags {
  const tags = new Map<string, string>();
  for (const [, id = '', name = ''] of lines.matchAll(
    /^([0-9a-f]+)\s+refs\/tags\/([^\s^]+)(?:\^\{\})?$/gm,
  )) {
    // What a tag is of comes after the tag.
    tags.set(name, id);
  }
  return tags;
}
