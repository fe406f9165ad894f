import { posix } from 'node:path';
import type { Manifest } from '../../../model/manifest.ts';
import { isBelow } from './release-paths.ts';

/** What to do about a mounted path that is neither git's nor the host's. */
export interface UnmanagedPath {
  readonly manifest: Pick<Manifest, 'host_files' | 'host_dirs'>;
  /** Repository path of the module's folder. */
  readonly folder: string;
  /** Repository path of what is mounted. */
  readonly path: string;
  /** Repository path that relative paths of the compose file start from. */
  readonly base: string;
  /** Undefined where a bind does not say which of both it is. */
  readonly isFolder?: boolean;
}

/** The exact line of the manifest, or where to move what is mounted. */
export function remedyOfUnmanaged(unmanaged: UnmanagedPath): string {
  const { base, folder, path } = unmanaged;
  const manifestFile = `${folder}/module.yaml`;
  if (isBelow(path, folder)) {
    const line = manifestLine(unmanaged, path.slice(folder.length + 1));
    return `Commit ${path}; or, where it lives on the host, write in ${manifestFile}: ${line}`;
  }
  const name = posix.basename(path) || 'data';
  const line = manifestLine(unmanaged, name);
  const mount = relativeMount(base, `${folder}/${name}`);
  return `Commit ${path} and list it under paths; or, where it lives on the host, mount ${mount} and write in ${manifestFile}: ${line}`;
}

/** How a compose file names a path of the repository. */
export function relativeMount(base: string, path: string): string {
  const relative = posix.relative(`/${base}`, `/${path}`);
  return relative.startsWith('../') ? relative : `./${relative}`;
}

function manifestLine(
  { manifest, isFolder, path }: UnmanagedPath,
  name: string,
): string {
  const key = (isFolder ?? looksLikeFolder(path)) ? 'host_dirs' : 'host_files';
  const names = [...manifest[key], name].map(yamlWord);
  return `${key}: [${names.join(', ')}]`;
}

/** A name such as `data` is a folder, one such as `.env` or `a.conf` a file. */
function looksLikeFolder(path: string): boolean {
  return !posix.basename(path).includes('.');
}

function yamlWord(text: string): string {
  return /^[A-Za-z._][A-Za-z0-9._/-]*$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n|\.nan|\.inf)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
