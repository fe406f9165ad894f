import type { Candidate } from '../../gates/scope/scope-facts.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { LastApplied } from '../../repository/last-applied.ts';
import {
  type ModuleBook,
  readableManifests,
} from '../../repository/module-book.ts';
import { moduleTree } from '../../repository/module-tree.ts';
import { ownedPaths } from '../../repository/ownership.ts';
import type { Subject } from '../../repository/subject.ts';
import type { TreeEntry } from '../../repository/tree.ts';

/** A module to look at, and why. */
export interface Selected {
  readonly id: string;
  readonly because: Candidate['because'];
}

/** What is live, by the id that a module has at head. */
export interface LiveModules {
  readonly live: ReadonlyMap<string, LastApplied>;
  /** Id at head -> id before it was renamed. */
  readonly formerIds: ReadonlyMap<string, string>;
  /** Ids that are live, and are no module at head under any name. */
  readonly gone: readonly string[];
}

/** Finds for every module at head what is live of it, under its former id too. */
export function matchLive(
  book: ModuleBook,
  applied: ReadonlyMap<string, LastApplied>,
): LiveModules {
  const renamed = [
    ...readableManifests(book, book.mentioning('renamed_from')),
  ].filter(([, { renamed_from: name }]) => name !== '' && !book.has(name));
  const formerIds = new Map(
    renamed.flatMap(([id, { renamed_from }]) =>
      applied.has(id) ? [] : [[id, renamed_from]],
    ),
  );
  const live = new Map<string, LastApplied>();
  for (const id of book.ids()) {
    const found = applied.get(id) ?? applied.get(formerIds.get(id) ?? '');
    if (found) live.set(id, found);
  }
  const former = new Set(renamed.map(([, { renamed_from }]) => renamed_from));
  const gone = [...applied.keys()].filter(
    (id) => !book.has(id) && !former.has(id),
  );
  return { live, formerIds, gone };
}

/**
 * Chooses the modules to look at. A dispatch without a name means every module
 * that lags behind; one with a name means that one, lagging or not. What a
 * pull request does not touch is none of its business.
 */
export function selectModules(facts: {
  readonly event: Subject['event']['name'];
  /** The one module a person asked for, where there is such a module. */
  readonly asked: string | undefined;
  readonly touched: ReadonlySet<string>;
  readonly lagging: ReadonlySet<string>;
  readonly modules: LiveModules;
}): Selected[] {
  const { asked, touched, lagging, event } = facts;
  if (asked !== undefined) return [{ id: asked, because: 'asked-for' }];
  const converging = event === 'pull_request' ? [] : [...lagging];
  // Nobody can dispatch a module that is gone, so a dispatch skips it.
  const gone = event === 'push' ? facts.modules.gone : [];
  const former = new Set(facts.modules.formerIds.values());
  const ids = new Set([...touched, ...converging, ...gone]);
  return [...ids]
    .filter((id) => !former.has(id))
    .sort()
    .map((id) => ({
      id,
      because: touched.has(id) ? 'changed' : 'lags-behind',
    }));
}

/**
 * What each of the modules owns or shares in a tree. A manifest that claims
 * nothing beyond its folder need not have been read.
 */
export function claimEntries(
  policy: Subject['policy'],
  entries: readonly TreeEntry[],
  given: {
    readonly ids: Iterable<string>;
    readonly claims: ReadonlyMap<string, Manifest>;
  },
): Promise<Map<string, TreeEntry[]>> {
  const claims = [...given.ids].map(
    (id) => [id, given.claims.get(id) ?? { paths: [] }] as const,
  );
  return ownedPaths(entries, policy, new Map(claims));
}

/**
 * The modules whose content in a tree is not what is live, or is live without
 * having come up healthy.
 */
export function findLagging(
  owned: ReadonlyMap<string, readonly TreeEntry[]>,
  live: ReadonlyMap<string, LastApplied>,
): Set<string> {
  const lagging = new Set<string>();
  for (const [id, { settled, tree }] of live) {
    const entries = owned.get(id);
    if (entries && !(settled && moduleTree(entries) === tree)) lagging.add(id);
  }
  return lagging;
}
