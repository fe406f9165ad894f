import type { Remote } from '../adapters/git-remote.ts';

/**
 * A repository by host and path, the same over https and over ssh, and
 * without credentials. A path on this machine counts by its last name only.
 */
export function repositoryName({ url, protocol }: Remote): string {
  if (protocol === 'file') {
    return `local/${withoutSuffix(url).split('/').at(-1) ?? ''}`;
  }
  const scp = /^[^@/]+@([^:/]+):\/*(.+)$/.exec(url);
  if (scp && !url.includes('://')) {
    return withoutSuffix(`${scp[1]?.toLowerCase()}/${scp[2]}`);
  }
  const { host, pathname } = new URL(url);
  return withoutSuffix(`${host.toLowerCase()}${pathname}`);
}

function withoutSuffix(path: string): string {
  return path.replace(/\/+$/, '').replace(/\.git$/, '');
}
