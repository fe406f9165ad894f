import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';

/** An object of the repository: by its id, or by a path inside a commit. */
export type BlobRequest =
  | { readonly oid: string }
  | { readonly commit: string; readonly path: string };

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
  return objects.map((object, index) => {
    if (object?.type === 'blob') return object.content;
    const request = requests[index];
    if (request && 'oid' in request) {
      throw new ActionError(
        'git/unavailable',
        `The file content ${request.oid} is not in the repository: is it a partial clone?`,
        { remedy: 'Check out without a filter (no filter: blob:none).' },
      );
    }
    return undefined;
  });
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
    } else {
      objects.push(undefined);
    }
  }
  return objects;
}
