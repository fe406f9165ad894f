import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ActionError } from '../../model/errors.ts';

/** The release that this program is part of: a checkout, or a copy of one. */
export interface Toolkit {
  readonly root: string;
  readonly version: string;
  /** Name of the file -> template. */
  readonly workflows: ReadonlyMap<string, string>;
  /** The checkout that `prepare` does: `actions/checkout@<sha> # <version>`. */
  readonly checkout: string;
}

const CHECKOUT = /uses: (?<uses>actions\/checkout@[0-9a-f]{40}(?: # \S+)?)$/m;

/** Finds what lies beside the program; templates are never a second copy. */
export function readToolkit(version: string): Toolkit {
  const root = findRoot(import.meta.dirname);
  const prepare = readText(join(root, 'actions/prepare/action.yml'));
  const checkout = CHECKOUT.exec(prepare)?.groups?.['uses'];
  if (checkout === undefined) {
    throw incomplete(`${root}/actions/prepare/action.yml checks nothing out`);
  }
  const workflows = readdirSync(join(root, 'workflows'))
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => [name, readText(join(root, 'workflows', name))] as const);
  return { root, version, workflows: new Map(workflows), checkout };
}

function findRoot(start: string): string {
  for (let at = start; ; at = dirname(at)) {
    const parts = ['actions/prepare/action.yml', 'workflows/auto-apply.yml'];
    if (parts.every((part) => existsSync(join(at, part)))) return at;
    if (dirname(at) === at) {
      throw incomplete(`no folder above ${start} has ${parts.join(' and ')}`);
    }
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function incomplete(why: string): ActionError {
  return new ActionError('init/incomplete-toolkit', why);
}
