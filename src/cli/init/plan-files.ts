import { posix } from 'node:path';
import { WORKFLOW_FOLDER } from '../../init/forge-kind.ts';
import { addIgnoredPaths } from '../../init/git-ignore.ts';
import { renderManifest, renderPolicy } from '../../init/render-documents.ts';
import { readMark, renderWorkflow, sumOf } from '../../init/workflow-file.ts';
import { InputError } from '../../model/errors.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { manifestPath } from '../../repository/module-folders.ts';
import type { DraftedModule } from './draft-modules.ts';
import { readPlainFile } from './plain-file.ts';
import type { InitSettings } from './settings.ts';
import type { Toolkit } from './toolkit.ts';
import { parseSums, readVendoredFiles, SUMS_FILE } from './vendored-files.ts';
import type { FileChange } from './write-files.ts';

/** What would be written, and what would be but is not. */
export interface FilePlan {
  readonly changes: readonly FileChange[];
  /** Edited or foreign files in their place: before stays. */
  readonly kept: readonly FileChange[];
}

/** A file that is wanted, and whether what is there may be replaced. */
interface Wanted {
  readonly path: string;
  /** Undefined: no file. */
  readonly content: Buffer | undefined;
  readonly isExecutable?: boolean;
  readonly mayReplace: (before: Buffer) => boolean;
}

export const KNOWN_HOSTS_PATH = '.platform/known_hosts';

export interface PlanRequest {
  readonly root: string;
  readonly settings: InitSettings;
  readonly toolkit: Toolkit;
  readonly modules: readonly DraftedModule[];
  readonly knownHosts: string | undefined;
  /** Undefined where a policy is there. */
  readonly policy: Parameters<typeof renderPolicy>[0] | undefined;
  readonly ignored: readonly string[];
  readonly overwrite: readonly string[];
}

/** Compares what is wanted with what is there. */
export function planFiles(request: PlanRequest): FilePlan {
  const { overwrite, root } = request;
  const wanted = [...wantDocuments(request), ...wantGenerated(request)];
  requireOverwritable(overwrite, wantGenerated(request));
  const changes: FileChange[] = [];
  const kept: FileChange[] = [];
  for (const { path, content: after, isExecutable, mayReplace } of wanted) {
    const before = readPlainFile(root, path);
    const isSame = before ? after?.equals(before) : after === undefined;
    if (isSame) continue;
    const change = { path, before, after, isExecutable: isExecutable === true };
    const isFree =
      before === undefined || mayReplace(before) || overwrite.includes(path);
    (isFree ? changes : kept).push(change);
  }
  return { changes, kept };
}

/** Documents that are a person's once they are there. */
function wantDocuments(request: PlanRequest): Wanted[] {
  const { ignored, knownHosts, modules, policy, root, settings } = request;
  const gitignore = readPlainFile(root, '.gitignore')?.toString('utf8') ?? '';
  const never = () => false;
  const documents: readonly (readonly [string, string | undefined])[] = [
    ...modules.map(
      ({ draft }) =>
        [
          manifestPath(settings.modulesDir, draft.manifest.id),
          renderManifest(draft),
        ] as const,
    ),
    [DEFAULT_POLICY_PATH, policy && renderPolicy(policy)],
    [KNOWN_HOSTS_PATH, knownHosts],
  ];
  const wanted = documents.flatMap(([path, text]) =>
    text === undefined
      ? []
      : [{ path, content: Buffer.from(text), mayReplace: never }],
  );
  const next = addIgnoredPaths(gitignore, ignored);
  if (next === gitignore) return wanted;
  const content = Buffer.from(next);
  return [...wanted, { path: '.gitignore', content, mayReplace: () => true }];
}

function wantGenerated(request: PlanRequest): Wanted[] {
  return [...wantWorkflows(request), ...wantVendored(request)];
}

function wantWorkflows({ settings, toolkit }: PlanRequest): Wanted[] {
  const { checkout, version, workflows } = toolkit;
  return [...workflows].map(([name, template]) => ({
    path: `${WORKFLOW_FOLDER[settings.forge]}/${name}`,
    content: Buffer.from(
      renderWorkflow(template, { ...settings, checkout, version }),
    ),
    mayReplace: (before) =>
      readMark(before.toString('utf8'))?.isEdited === false,
  }));
}

/** Files of an earlier copy that are not in this one go, if they are as then. */
function wantVendored({ root, settings, toolkit }: PlanRequest): Wanted[] {
  const { source } = settings;
  if (source.kind !== 'vendored') return [];
  const inCopy = (path: string) => `${source.path}/${path}`;
  const list = readPlainFile(root, inCopy(SUMS_FILE))?.toString('utf8') ?? '';
  const sums = parseSums(list);
  const files = readVendoredFiles(toolkit);
  const gone = [...sums.keys()].filter((path) => !files.has(path));
  return [
    ...[...files].map(([path, content]) => ({
      path: inCopy(path),
      content,
      isExecutable: path === 'dist/cli.js',
      mayReplace: (before: Buffer) =>
        path === SUMS_FILE || sums.get(path) === sumOf(before),
    })),
    ...gone.map((path) => ({
      path: inCopy(path),
      content: undefined,
      mayReplace: (before: Buffer) => sums.get(path) === sumOf(before),
    })),
  ];
}

function requireOverwritable(
  overwrite: readonly string[],
  generated: readonly Wanted[],
): void {
  const paths = generated.map(({ path }) => path);
  const wrong = overwrite.find((path) => !paths.includes(path));
  if (wrong === undefined) return;
  const folders = [...new Set(paths.map((path) => posix.dirname(path)))];
  throw new InputError(
    '--overwrite',
    wrong,
    `a workflow or a file of the copy that init writes, below ${folders.slice(0, 2).join(' or ')}; policy, manifests and known_hosts are yours`,
  );
}
