import { readBlobs } from './blobs.ts';
import type { ManifestResult } from './manifests.ts';
import { manifestPath } from './module-folders.ts';
import type { Subject } from './subject.ts';

/** A module, under the id it had, at the commit it was last applied from. */
export interface LivePlace {
  readonly commit: string;
  readonly id: string;
}

/**
 * The manifests that were last applied, in the order asked for. They are where
 * the policy keeps modules, or where the policy of that commit did. One that
 * is in neither place cannot be read: nobody can say what it declared, and a
 * record that points there must not make a module stateless.
 */
export async function readLiveManifests(
  subject: Subject,
  places: readonly LivePlace[],
  parse: (id: string, text: string) => ManifestResult,
): Promise<ManifestResult[]> {
  const { repository, policy } = subject;
  const read = (wanted: readonly LivePlace[], dirs?: Map<string, string>) =>
    readBlobs(
      repository,
      wanted.map(({ commit, id }) => ({
        commit,
        path: manifestPath(dirs?.get(commit) ?? policy.modules_dir, id),
      })),
    );
  const found = await read(places);
  const missing = places.filter((_, index) => found[index] === undefined);
  const dirs = await readFormerFolders(subject, missing);
  const elsewhere = new Map(
    (await read(missing, dirs)).map((content, index) => [
      missing[index],
      content,
    ]),
  );
  return places.map((place, index) => {
    const content = found[index] ?? elsewhere.get(place);
    return content === undefined
      ? lost(manifestPath(policy.modules_dir, place.id))
      : parse(place.id, content.toString('utf8'));
  });
}

/** Where modules were kept at commits, as the policies of then say. */
async function readFormerFolders(
  { repository, policyPath }: Subject,
  places: readonly LivePlace[],
): Promise<Map<string, string>> {
  const commits = [...new Set(places.map(({ commit }) => commit))];
  if (commits.length === 0) return new Map();
  const [{ parsePolicy }, contents] = await Promise.all([
    import('../model/policy.ts'),
    readBlobs(
      repository,
      commits.map((commit) => ({ commit, path: policyPath })),
    ),
  ]);
  return new Map(
    commits.flatMap((commit, index) => {
      const text = contents[index]?.toString('utf8');
      const policy =
        text === undefined ? undefined : parsePolicy(policyPath, text);
      return policy?.ok ? [[commit, policy.value.modules_dir] as const] : [];
    }),
  );
}

function lost(file: string): ManifestResult {
  const message = 'is not there at the commit last applied';
  return { ok: false, problems: [{ file, line: 1, key: '', message }] };
}
