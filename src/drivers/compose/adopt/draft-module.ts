import { posix } from 'node:path';
import { stringify } from 'yaml';
import { type Manifest, parseManifest } from '../../../model/manifest.ts';
import { printable } from '../../../model/printable.ts';
import { type Finding, finding } from '../../../model/verdict.ts';
import { type DraftedManifest, draftManifest } from './draft-manifest.ts';
import { type FolderClaim, judgeFolder } from './folder-claims.ts';
import { findInlineCredentials } from './inline-credentials.ts';
import { unsupported } from './locate-project.ts';
import { findMountedPaths, type NamedPaths } from './named-paths.ts';
import {
  composeFileName,
  keepKeys,
  listMoved,
  type PresentModule,
  type SettledPaths,
  settlePaths,
} from './present-module.ts';
import type { HostPath, RunningContainer } from './running-project.ts';
import { type SortedPaths, sortPaths } from './sort-paths.ts';

export interface DraftRequest extends FolderClaim {
  /** Compose files below the folder, in their order. */
  readonly files: readonly string[];
  readonly named: NamedPaths;
  /** What was found on the host below the folder. */
  readonly find: (path: string) => HostPath | undefined;
  /** Repository path of the module's folder. */
  readonly moduleFolder: string;
  /** What the repository says of the module already. */
  readonly present: PresentModule | undefined;
}

export interface ModuleDraft {
  readonly files: readonly {
    readonly path: string;
    readonly content: string | Buffer;
    readonly executable?: boolean;
  }[];
  readonly manifest: Manifest;
  readonly notes: readonly string[];
  /** Repository paths of what lies in the module's folder from now on. */
  readonly moved: readonly string[];
}

export type DraftResult =
  | { readonly ok: true; readonly draft: ModuleDraft }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** The files of a module that is what runs, or why there can be none. */
export function draftModule(request: DraftRequest): DraftResult {
  const { folder, running, services } = request;
  const own = running.containers.filter(
    ({ service }) => services?.includes(service) ?? true,
  );
  const mounts = findMountedPaths(own, folder);
  const settled = settlePaths(sortAll(request, mounts), request.present, {
    moduleFolder: request.moduleFolder,
    named: [...request.named.named, ...mounts],
  });
  const { paths } = settled;
  const isBound =
    mounts.length + paths.hostFiles.length + paths.hostDirs.length > 0;
  const takesFolder = isBound && request.takenBy === undefined;
  const mounted = mounts.length > 0;
  const findings = [
    ...paths.problems.map((problem) => unsupported(problem)),
    ...findCredentials(request, paths),
    ...findMissing(request),
    ...judgeFolder(request, { mounted, takesFolder }),
  ];
  return findings.length > 0
    ? { ok: false, findings }
    : renderModule(request, { ...settled, own, takesFolder });
}

function sortAll(
  { files, find, named }: DraftRequest,
  mounts: NamedPaths['named'],
): SortedPaths {
  const listed = files.map(
    (path) => ({ path, use: 'part', writable: false }) as const,
  );
  return sortPaths([...listed, ...named.named, ...mounts, DOT_ENV], find);
}

interface Parts extends SettledPaths {
  readonly own: readonly RunningContainer[];
  readonly takesFolder: boolean;
}

function renderModule(request: DraftRequest, parts: Parts): DraftResult {
  const { id, moduleFolder, named, present } = request;
  const { base, own, paths, takesFolder } = parts;
  const profiles = own.flatMap(
    ({ service }) => named.profiles.get(service)?.slice(0, 1) ?? [],
  );
  const drafted = draftManifest({
    ...{ ...request, paths, profiles, takesFolder },
    containers: own,
    files: request.files.map((file) =>
      composeFileName(file, { base, moduleFolder }),
    ),
  });
  const path = `${moduleFolder}/module.yaml`;
  const content = renderManifest(request, drafted);
  const parsed = parseManifest(path, content, id);
  if (!parsed.ok) {
    const wrong = parsed.problems.map(
      ({ key, message }) => `${key} ${message}`,
    );
    return { ok: false, findings: [unsupported(wrong.join('; '))] };
  }
  const tracked = paths.tracked.map((file) => ({
    ...file,
    path: posix.join(base, file.path),
  }));
  const left = takesFolder ? noteLeft(request, parsed.value, paths) : [];
  return {
    ok: true,
    draft: {
      manifest: parsed.value,
      files: [{ path, content }, ...tracked],
      notes: [...paths.notes, ...drafted.notes, ...left],
      moved: listMoved(paths.tracked, present, base),
    },
  };
}

const DOT_ENV = { path: '.env', use: 'variables', writable: false } as const;

function findCredentials(
  { folder }: DraftRequest,
  { tracked }: SortedPaths,
): Finding[] {
  return tracked.flatMap(({ content, path }) =>
    findInlineCredentials(content.toString('utf8')).map((line) =>
      finding(
        'adopt/inline-credential',
        printable(`${folder}/${path}:${line} has what looks like a credential`),
        {
          remedy: printable(
            `Put the value into ${folder}/.env as NAME=value, and \${NAME} in its place. The containers stay as they are: what compose reads is the same.`,
          ),
        },
      ),
    ),
  );
}

/** Compose files that are gone since. */
function findMissing({ files, find, folder }: DraftRequest): Finding[] {
  return files
    .filter((file) => !['file', 'program'].includes(find(file)?.kind ?? ''))
    .map((file) => unsupported(`${folder}/${file} is not there any more`));
}

/** What stays behind in the old folder, once that was moved aside. */
function noteLeft(
  { folder, present, running }: DraftRequest,
  { host_dirs, host_files }: Manifest,
  { tracked }: SortedPaths,
): string[] {
  const kept = [
    ...host_dirs,
    ...host_files,
    ...tracked.map(({ path }) => path),
  ];
  const left = running.listing.filter(
    (name) =>
      !present?.tracks(name) &&
      !kept.some((path) => path === name || path.startsWith(`${name}/`)),
  );
  if (running.linked !== '' || left.length === 0) return [];
  return [
    `neither in git nor declared, so it stays in ${folder}.before-apply-gates: ${left.join(', ')}`,
  ];
}

function renderManifest(
  { folder, host, present }: DraftRequest,
  drafted: DraftedManifest,
): string {
  const manifest = present
    ? keepKeys(drafted.manifest, present)
    : drafted.manifest;
  const isKept = manifest['stateful'] === true && drafted.stateful.length === 0;
  const reasons = isKept ? ['it was before'] : drafted.stateful;
  const why = reasons.map((reason) => `# stateful: ${reason}\n`).join('');
  return `# Taken over from ${folder} on ${host} by apply-gates adopt.\n${why}${stringify(manifest, { lineWidth: 0 })}`;
}
