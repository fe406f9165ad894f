import type { Candidate } from '../../gates/scope/scope-facts.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Policy } from '../../model/policy.ts';
import { backupRootOf } from '../../model/policy-defaults.ts';
import { printable } from '../../model/printable.ts';
import { readBlobs } from '../../repository/blobs.ts';
import type { LastApplied } from '../../repository/last-applied.ts';
import { readLiveManifests } from '../../repository/live-manifests.ts';
import type { ManifestResult } from '../../repository/manifests.ts';
import type { ModuleBook } from '../../repository/module-book.ts';
import {
  checkContents,
  checkEntries,
} from '../../repository/release-checks.ts';
import type { Subject } from '../../repository/subject.ts';
import { SYMLINK_MODE, type TreeEntry } from '../../repository/tree.ts';

/** One module to look at, before its manifests are. */
export interface CandidateSource {
  readonly id: string;
  readonly because: Candidate['because'];
  /** Id it had before it was renamed. */
  readonly formerId: string | undefined;
  readonly live: LastApplied | undefined;
  /** What is live of the one whose folder on the host it takes. */
  readonly taken: LastApplied | undefined;
  readonly liveHost: string | undefined;
  /** What it owns or shares at head. */
  readonly entries: readonly TreeEntry[];
  readonly controlInRange: boolean;
  readonly tooManyInRange: boolean;
  readonly failedBefore: Candidate['failedBefore'];
}

type AtBase = (id: string) => ManifestResult | undefined;

/** Reads what head, base and the last applied commit say about candidates. */
export async function readCandidates(
  subject: Subject,
  book: ModuleBook,
  given: {
    readonly sources: readonly CandidateSource[];
    readonly atBase: AtBase;
  },
): Promise<Candidate[]> {
  const { sources, atBase } = given;
  const live = await readLive(subject, book, sources);
  const links = await readLinks(subject, sources);
  return sources.map((source) => {
    const { id, formerId } = source;
    const head = book.manifest(id);
    const base =
      atBase(id) ?? (formerId === undefined ? undefined : atBase(formerId));
    const earlier = [base, live.own.get(id)];
    const manifest = head?.ok ? head.value : undefined;
    const before = [
      ...earlier,
      atBase(manifest?.renamed_from ?? ''),
      live.taken.get(id),
    ];
    const known = [head, ...before].flatMap((each) =>
      each?.ok ? [each.value] : [],
    );
    return {
      id,
      because: source.because,
      exists: book.has(id),
      // What cannot be read any more is taken for the worst.
      stateful:
        known.some((each) => each.stateful) ||
        before.some((each) => each?.ok === false),
      optedOut: known.some((each) => !each.auto_apply),
      selfHosting: known.some((each) => each.self_hosting),
      identityChanges: manifest
        ? compareIdentity(manifest, source, earlier)
        : [],
      controlInRange: source.controlInRange,
      tooManyInRange: source.tooManyInRange,
      failedBefore: source.failedBefore,
      unsupported: manifest
        ? findUnsupported(subject.policy, manifest, { source, links })
        : [],
      backupRoot: backupRoot(subject.policy, manifest ?? known[0]),
    };
  });
}

function backupRoot(policy: Policy, manifest: Manifest | undefined): string {
  const name = manifest?.host ?? '';
  const host = Object.hasOwn(policy.hosts, name)
    ? policy.hosts[name]
    : undefined;
  return host ? backupRootOf(policy, host) : '<backup_root>';
}

/** The manifests at the commits last applied, by id at head. */
async function readLive(
  subject: Subject,
  book: ModuleBook,
  sources: readonly CandidateSource[],
) {
  const read = async (which: 'live' | 'taken') => {
    const wanted = sources.flatMap((source) => {
      const place = source[which];
      return place ? [{ id: source.id, place }] : [];
    });
    const found = await readLiveManifests(
      subject,
      wanted.map(({ place }) => ({ commit: place.sha, id: place.id })),
      book.parse,
    );
    return new Map(
      wanted.flatMap(({ id }, index) => {
        const result = found[index];
        return result ? [[id, result] as const] : [];
      }),
    );
  };
  return { own: await read('live'), taken: await read('taken') };
}

function compareIdentity(
  head: Manifest,
  source: CandidateSource,
  earlier: readonly (ManifestResult | undefined)[],
): string[] {
  const changes = new Set<string>();
  const compare = (what: string, before: string, now: string) => {
    if (before !== now) changes.add(printable(`${what}: ${before} -> ${now}`));
  };
  if (source.formerId !== undefined) compare('id', source.formerId, head.id);
  if (source.liveHost !== undefined) {
    compare('host', source.liveHost, head.host);
  }
  for (const result of earlier) {
    if (!result?.ok) continue;
    compare('host', result.value.host, head.host);
    compare('driver', result.value.driver, head.driver);
    compare('project', projectOf(result.value), projectOf(head, source));
    // A folder that was renamed with its module is told as its id.
    if (source.formerId === undefined) {
      compare('folder', folderOf(result.value), folderOf(head));
    }
  }
  return [...changes];
}

/** Folder on the host, which a renamed module keeps. */
function folderOf({ id, renamed_from }: Manifest): string {
  return renamed_from || id;
}

/** A renamed module keeps its project unless it says otherwise. */
function projectOf(manifest: Manifest, source?: CandidateSource): string {
  return manifest.compose?.project ?? source?.formerId ?? manifest.id;
}

/** Targets of the candidates' symlinks, by blob. */
async function readLinks(
  { repository }: Subject,
  sources: readonly CandidateSource[],
): Promise<Map<string, Buffer>> {
  const oids = new Set(
    sources.flatMap(({ entries }) =>
      entries.flatMap(({ mode, oid }) => (mode === SYMLINK_MODE ? [oid] : [])),
    ),
  );
  const contents = await readBlobs(
    repository,
    [...oids].map((oid) => ({ oid })),
  );
  return new Map(
    [...oids].map((oid, index) => [oid, contents[index] ?? Buffer.alloc(0)]),
  );
}

const NOTHING = Buffer.alloc(0);

/** What of a module cannot be on a host as it is in git. */
function findUnsupported(
  policy: Policy,
  manifest: Manifest,
  given: {
    readonly source: CandidateSource;
    readonly links: ReadonlyMap<string, Buffer>;
  },
): string[] {
  const layout = {
    folder: `${policy.modules_dir}/${manifest.id}`,
    hostPaths: [...manifest.host_files, ...manifest.host_dirs],
  };
  const { links } = given;
  const { entries } = given.source;
  const files = entries.map(({ path, mode, oid }) =>
    mode === SYMLINK_MODE
      ? { path, mode: '120000' as const, content: links.get(oid) ?? NOTHING }
      : { path, mode: '100644' as const, content: NOTHING },
  );
  return [
    ...checkEntries(entries, layout),
    ...checkContents(files, layout),
  ].map(({ path, message }) => `${printable(JSON.stringify(path))} ${message}`);
}
