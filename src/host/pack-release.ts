import { createHash } from 'node:crypto';
import type { Release, ReleaseFile } from '../drivers/driver.ts';
import { isContainedPath } from '../model/identifiers.ts';
import { printable } from '../model/printable.ts';
import { type Finding, finding } from '../model/verdict.ts';

const MAX_LINK_EXPANSIONS = 40;

export type PackResult =
  | {
      readonly kind: 'packed';
      readonly archive: Buffer;
      readonly sha256: string;
    }
  | { readonly kind: 'refused'; readonly refusal: Finding };

/** The entries of a release by path, and what lives on the host instead. */
interface Layout {
  readonly files: ReadonlyMap<string, ReleaseFile>;
  readonly hostPaths: readonly string[];
}

/**
 * Packs a release for the host: `release/…`, `sums`, the list that
 * `sha256sum -c` reads, and `entries`, a line `mode sum path` for each entry. An entry that would leave the release on the host, or
 * stand where host-owned data has to be, is refused before a byte is sent.
 */
export async function packRelease(release: Release): Promise<PackResult> {
  const files = await release.files();
  const problem = findProblem(release, files);
  if (problem !== undefined) {
    return {
      kind: 'refused',
      refusal: finding('scope/unsupported-entry', problem, {
        module: release.module,
      }),
    };
  }
  const archive = await writeArchive(files);
  return { kind: 'packed', archive, sha256: sha256(archive) };
}

/** Why this release may not be sent to a host; undefined if it may. */
export function findProblem(
  release: Pick<Release, 'folder' | 'manifest'>,
  files: readonly ReleaseFile[],
): string | undefined {
  const { host_files, host_dirs } = release.manifest;
  const hostPaths = [...host_files, ...host_dirs].map(
    (path) => `${release.folder}/${path}`,
  );
  const layout = {
    files: new Map(files.map((file) => [file.path, file])),
    hostPaths,
  };
  if (layout.files.size !== files.length) return 'It names one path twice';
  for (const [index, path] of hostPaths.entries()) {
    const other = hostPaths.find(
      (each, at) => at !== index && isWithin(each, path),
    );
    if (other !== undefined) {
      return `host_files and host_dirs overlap: ${quoted(other)} is within ${quoted(path)}`;
    }
  }
  for (const file of files) {
    const problem = problemOfEntry(file, layout);
    if (problem !== undefined) return `${quoted(file.path)} ${problem}`;
  }
  return undefined;
}

function problemOfEntry(file: ReleaseFile, layout: Layout) {
  if (!isContainedPath(file.path)) return 'is not a path inside the release';
  for (const parent of parentsOf(file.path)) {
    if (layout.files.has(parent)) return `lies below ${quoted(parent)}`;
  }
  const host = layout.hostPaths.find((path) => isWithin(file.path, path));
  if (host !== undefined) {
    return `is tracked in git, but ${quoted(host)} lives on the host`;
  }
  if (file.mode !== '120000') return undefined;
  const target = file.content.toString('utf8');
  return staysInside(file.path, target, layout)
    ? undefined
    : `is a symlink that leaves the release: ${quoted(target)}`;
}

/**
 * Follows a symlink the way the host will, other symlinks on the way included:
 * `d/..` is not where it seems to be when `d` is a symlink.
 */
function staysInside(path: string, target: string, layout: Layout): boolean {
  let place = path.split('/').slice(0, -1);
  let rest = target.split('/');
  if (target.startsWith('/') || target.includes('\0')) return false;
  for (let expansions = 0; rest.length > 0; ) {
    const [segment = '', ...others] = rest;
    rest = others;
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (place.length === 0) return false;
      place = place.slice(0, -1);
      continue;
    }
    const next = [...place, segment].join('/');
    // Below it is the host's own folder, where `..` leads out of the release.
    if (layout.hostPaths.includes(next)) return !rest.includes('..');
    const entry = layout.files.get(next);
    if (entry?.mode !== '120000') {
      place = [...place, segment];
      continue;
    }
    expansions += 1;
    const further = entry.content.toString('utf8');
    if (expansions > MAX_LINK_EXPANSIONS || further.startsWith('/')) {
      return false;
    }
    rest = [...further.split('/'), ...rest];
  }
  return true;
}

async function writeArchive(files: readonly ReleaseFile[]): Promise<Buffer> {
  // As a bundle has it: a CommonJS module has its names on `default` only.
  const {
    default: { pack },
  } = await import('tar-stream');
  const archive = pack();
  const chunks: Buffer[] = [];
  const whole = (async () => {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
  })();
  archive.entry({ name: 'release', type: 'directory', ...owned(0o755) });
  for (const folder of foldersOf(files)) {
    archive.entry({
      name: `release/${folder}`,
      type: 'directory',
      ...owned(0o755),
    });
  }
  for (const { path, mode, content } of files) {
    const name = `release/${path}`;
    if (mode === '120000') {
      const linkname = content.toString('utf8');
      archive.entry({ name, type: 'symlink', linkname, ...owned(0o777) });
    } else {
      const bits = mode === '100755' ? 0o755 : 0o644;
      archive.entry({ name, ...owned(bits) }, content);
    }
  }
  archive.entry({ name: 'sums', ...owned(0o644) }, formatSums(files));
  archive.entry({ name: 'entries', ...owned(0o644) }, formatEntries(files));
  archive.finalize();
  await whole;
  return Buffer.concat(chunks);
}

/** Nothing of the machine that packs goes along: same files, same bytes. */
function owned(mode: number) {
  return { mode, uid: 0, gid: 0, mtime: new Date(0) };
}

function formatSums(files: readonly ReleaseFile[]): string {
  return (
    files
      .filter((file) => file.mode !== '120000')
      // The program would read a file that is called `-` from its input.
      .map(({ path, content }) => `${sha256(content)}  ./${path}\n`)
      .join('')
  );
}

/** What a container sees of a mounted entry: its mode, its bytes or target. */
function formatEntries(files: readonly ReleaseFile[]): string {
  return files
    .map(({ path, mode, content }) => `${mode} ${sha256(content)} ${path}\n`)
    .join('');
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function foldersOf(files: readonly ReleaseFile[]): string[] {
  return [...new Set(files.flatMap((file) => parentsOf(file.path)))].sort();
}

function parentsOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function quoted(path: string): string {
  return printable(JSON.stringify(path));
}
