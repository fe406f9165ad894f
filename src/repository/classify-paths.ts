import type { Policy } from '../model/policy.ts';
import { indexGlobs } from './globs.ts';
import { folderOf } from './module-folders.ts';
import type { Ownership } from './ownership.ts';

/** What a changed path means for the modules. */
export type PathClass =
  /** Changes how changes are judged; wins over everything else. */
  | { readonly kind: 'control' }
  /** Belongs to modules, and may be shared by others as well. */
  | { readonly kind: 'module'; readonly ids: ReadonlySet<string> }
  /** Belongs to none, is shared by these; `*` stands for all. */
  | { readonly kind: 'shared'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'ignored' }
  /** Lies in a folder under the modules folder that is no module. */
  | { readonly kind: 'orphan'; readonly folder: string }
  | { readonly kind: 'unclassified' };

export interface Classifier {
  classify(path: string): PathClass;
  isControl(path: string): boolean;
}

/**
 * Makes the classifier of a policy. The policy itself and every known_hosts
 * file are control paths even where `control:` forgets them. What a module
 * owns cannot be ignored: it would be applied all the same.
 */
export async function openClassifier(rules: {
  readonly policy: Policy;
  readonly policyPath: string;
  readonly ownership: Ownership;
  /** True for an id that is a module at head or was one at base. */
  readonly isModule: (id: string) => boolean;
}): Promise<Classifier> {
  const { policy, ownership, isModule } = rules;
  const ignored = await indexGlobs(policy.ignore.map((glob) => [glob, true]));
  const isControl = await openControl(policy, rules.policyPath);
  return {
    isControl,
    classify(path) {
      if (isControl(path)) return { kind: 'control' };
      const sharers = ownership.sharers(path);
      const ids = new Set([...ownership.owners(path)].filter(isModule));
      if (ids.size > 0) {
        return { kind: 'module', ids: new Set([...ids, ...sharers]) };
      }
      if (sharers.size > 0) return { kind: 'shared', ids: sharers };
      if (ignored.find(path).length > 0) return { kind: 'ignored' };
      const folder = folderOf(policy.modules_dir, path);
      return folder === undefined
        ? { kind: 'unclassified' }
        : { kind: 'orphan', folder };
    },
  };
}

async function openControl(
  policy: Policy,
  policyPath: string,
): Promise<(path: string) => boolean> {
  const globs = await indexGlobs(policy.control.map((glob) => [glob, true]));
  const files = new Set([
    policyPath,
    ...Object.values(policy.hosts).map((host) => host.known_hosts),
  ]);
  return (path) => files.has(path) || globs.find(path).length > 0;
}
