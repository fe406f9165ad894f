import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

/** An object of the repository: by its id, or by a path inside a commit. */
export type BlobRequest = { readonly oid: string } | PathRequest;

interface PathRequest {
  readonly commit: string;
  readonly path: string;
}

/** What an object name stands for; undefined where there is no such object. */
export type GitObject =
  | {
      readonly oid: string;
      readonly type: string;
      readonly content: Buffer;
    }
  | undefined;

/**
 * Reads files through one `git cat-file --batch`, in the order asked for:
 * undefined where the path is not there or is not a file. Bytes as committed:
 * no filter, no line ending, no attribute has a say.
 */
export async function readBlobs(
  repository: GitRepository,
  requests: readonly BlobRequest[],
): Promise<(Buffer | undefined)[]> {
  const objects = await readObjects(repository, requests.map(objectName));
  const absent: PathRequest[] = [];
  const contents = objects.map((object, index) => {
    if (object?.type === 'blob') return object.content;
    const request = requests[index];
    if (request && 'oid' in request) throw leftOut(request.oid);
    if (request && !object) absent.push(request);
    return undefined;
  });
  await requireAbsent(repository, absent);
  return contents;
}

/**
 * `cat-file` calls a content that a partial clone left out missing, too. Only
 * the tree tells it from a file that was never there.
 */
async function requireAbsent(
  repository: GitRepository,
  requests: readonly PathRequest[],
): Promise<void> {
  for (const commit of new Set(requests.map((request) => request.commit))) {
    const paths = requests.flatMap((request) =>
      request.commit === commit ? [request.path] : [],
    );
    const listed = await repository.run([
      ...['ls-tree', '-z', '--full-tree', commit, '--'],
      ...paths,
    ]);
    const entry = /(?:^|\0)\d+ blob [0-9a-f]+\t([^\0]*)/.exec(
      listed.stdout.toString('utf8'),
    );
    if (entry) throw leftOut(`${commit}:${entry[1]}`);
  }
}

function leftOut(name: string): ActionError {
  return new ActionError(
    'git/unavailable',
    `The file content ${printable(name)} is not in the repository: is it a partial clone?`,
    { remedy: 'Check out without a filter (no filter: blob:none).' },
  );
}

/** Reads any objects by name (`<id>`, `<id>^{commit}`, `<id>:<path>`). */
export async function readObjects(
  repository: GitRepository,
  names: readonly string[],
): Promise<GitObject[]> {
  // A line feed would end the name and begin a second one.
  const lines = names.map((name) => (/[\n\0]/.test(name) ? '-' : name));
  if (lines.length === 0) return [];
  const output = await repository.output(['cat-file', '--batch'], {
    input: `${lines.join('\n')}\n`,
  });
  return parseObjects(output, lines.length);
}

function objectName(request: BlobRequest): string {
  return 'oid' in request ? request.oid : `${request.commit}:${request.path}`;
}

function parseObjects(output: Buffer, count: number): GitObject[] {
  const objects: GitObject[] = [];
  let offset = 0;
  while (objects.length < count) {
    const end = output.indexOf(0x0a, offset);
    if (end < 0) {
      throw new ActionError('git/unavailable', 'git cat-file ended early');
    }
    const header = output.toString('utf8', offset, end);
    offset = end + 1;
    const found = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(header);
    if (found?.[1] && found[2]) {
      const size = Number(found[3]);
      const content = output.subarray(offset, offset + size);
      objects.push({ oid: found[1], type: found[2], content });
      offset += size + 1;
    } else if (/ (?:missing|ambiguous|submodule)$/.test(header)) {
      objects.push(undefined);
    } else {
      throw new ActionError(
        'git/unavailable',
        `git cat-file gave an answer that cannot be read, ${printable(JSON.stringify(header.slice(0, 120)))}: only SHA-1 repositories are supported`,
        { remedy: 'Use a repository with object format sha1.' },
      );
    }
  }
  return objects;
}
