import { formatProblem } from '../model/document-problem.ts';
import type { Manifest } from '../model/manifest.ts';
import type { HostPolicy } from '../model/policy.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { orderByDependencies } from './dependency-order.ts';
import { type ManifestResult, readManifests } from './manifests.ts';
import { openModuleBook } from './module-book.ts';
import { ownedPaths } from './ownership.ts';
import { findProjectClaims } from './project-claims.ts';
import type { Subject } from './subject.ts';
import { listTree, type TreeEntry } from './tree.ts';

/** A module at head, with all that is needed to plan or apply it. */
export interface ModuleSource {
  readonly id: string;
  readonly manifest: Manifest;
  readonly host: HostPolicy;
  /** What it owns or shares at head. */
  readonly entries: readonly TreeEntry[];
}

export type ModuleSources =
  | { readonly ok: true; readonly sources: readonly ModuleSource[] }
  | { readonly ok: false; readonly findings: readonly [Finding, ...Finding[]] };

/** Reads modules at head, in the order of `depends_on`. */
export async function readModuleSources(
  subject: Subject,
  ids: readonly string[],
): Promise<ModuleSources> {
  const { repository, head, policy } = subject;
  const results = await readManifests(repository, head, policy, ids);
  const manifests = new Map<string, Manifest>();
  const findings: Finding[] = [];
  for (const id of ids) {
    const result = results.get(id);
    if (result?.ok) manifests.set(id, result.value);
    else findings.push(unreadable(id, result));
  }
  const order = orderByDependencies(
    [...manifests.values()].map(({ id, depends_on }) => ({
      id,
      dependsOn: depends_on,
    })),
  );
  if (!order.ok) findings.push(circular(order.circle));
  const entries = await listTree(repository, head);
  const book = await openModuleBook(repository, policy.modules_dir, entries);
  findings.push(...findProjectClaims(book, manifests));
  const owned = await ownedPaths(entries, policy, manifests);
  const sources: ModuleSource[] = [];
  for (const id of order.ok ? order.ids : []) {
    const manifest = manifests.get(id);
    if (!manifest) continue;
    const host = hostOf(subject, manifest);
    if (host)
      sources.push({ id, manifest, host, entries: owned.get(id) ?? [] });
    else findings.push(hostless(manifest));
  }
  const [first, ...others] = findings;
  return first
    ? { ok: false, findings: [first, ...others] }
    : { ok: true, sources };
}

function hostOf(subject: Subject, manifest: Manifest): HostPolicy | undefined {
  const { hosts } = subject.policy;
  return Object.hasOwn(hosts, manifest.host) ? hosts[manifest.host] : undefined;
}

function unreadable(id: string, result: ManifestResult | undefined): Finding {
  return result && !result.ok
    ? finding(
        'scope/invalid-manifest',
        `The manifest is not valid: ${result.problems.map(formatProblem).join('; ')}`,
        { module: id },
      )
    : finding('scope/unknown-module', `There is no module ${id} at head`, {
        module: id,
      });
}

function circular(circle: readonly string[]): Finding {
  return finding(
    'scope/invalid-manifest',
    `depends_on goes round in a circle among ${circle.join(', ')}`,
  );
}

function hostless({ id, host }: Manifest): Finding {
  return finding(
    'scope/invalid-manifest',
    `${id} names the host ${host}, which the policy does not have`,
    { module: id },
  );
}
