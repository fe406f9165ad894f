import { formatProblem } from '../model/document-problem.ts';
import type { Manifest } from '../model/manifest.ts';
import { printable } from '../model/printable.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { ModuleBook } from './module-book.ts';

/**
 * Holds modules to what each of them may call its own on a host: a folder, and
 * services of a compose project. Two that claim the same would undo each
 * other's applies, each of them healthy. Looks at every module of the commit
 * that may share something, and parses no other.
 */
export function findProjectClaims(
  book: ModuleBook,
  modules: ReadonlyMap<string, Manifest>,
): Finding[] {
  const findings = new Map<string, Finding>();
  for (const module of modules.values()) {
    for (const id of mayShare(book, module)) {
      // Of two that are looked at, the pair is told once.
      if (modules.has(id) && id < module.id) continue;
      const found = judgeNeighbour(book, module, id);
      if (found) findings.set(`${found.code} ${found.reason}`, found);
    }
  }
  return [...findings.values()];
}

/** The name of a module's folder on its host; a renamed one keeps it. */
function folderOf({ id, renamed_from }: Manifest): string {
  return renamed_from || id;
}

/** The compose project of a module; undefined with another driver. */
function projectOf(manifest: Manifest): string | undefined {
  return manifest.driver === 'compose'
    ? (manifest.compose?.project ?? folderOf(manifest))
    : undefined;
}

/**
 * Ids that can have the folder or the project of a module: it is their own
 * name, or it stands in their text beside the key that says so.
 */
function mayShare(book: ModuleBook, module: Manifest): Set<string> {
  const names = new Set([folderOf(module), projectOf(module)]);
  const saying = new Set([
    ...book.mentioning('project'),
    ...book.mentioning('renamed_from'),
  ]);
  const ids = [...names].flatMap((name) =>
    name === undefined
      ? []
      : [
          ...(book.has(name) ? [name] : []),
          ...book.naming(name).filter((id) => saying.has(id)),
        ],
  );
  return new Set(ids.filter((id) => id !== module.id));
}

function judgeNeighbour(
  book: ModuleBook,
  module: Manifest,
  id: string,
): Finding | undefined {
  const result = book.manifest(id);
  if (!result) return undefined;
  if (!result.ok) {
    const problems = result.problems.map(formatProblem).join('; ');
    return finding(
      'scope/invalid-manifest',
      `${id} may share a project with ${module.id}, and its manifest is not valid: ${problems}`,
      { module: module.id },
    );
  }
  const other = result.value;
  if (other.host !== module.host) return undefined;
  if (folderOf(other) === folderOf(module)) return sameFolder(module, other);
  const project = projectOf(module);
  return project !== undefined && project === projectOf(other)
    ? sharedProject(module, other, project)
    : undefined;
}

function sameFolder(module: Manifest, other: Manifest): Finding {
  const names = [module, other]
    .filter(({ renamed_from }) => renamed_from !== '')
    .map(({ id }) => id);
  return finding(
    'plan/service-claimed',
    `${module.id} and ${other.id} have the same folder on ${module.host}: ${folderOf(module)}`,
    {
      module: module.id,
      remedy: `Take renamed_from out of the manifest of ${names.join(' or ')}.`,
    },
  );
}

function sharedProject(
  module: Manifest,
  other: Manifest,
  project: string,
): Finding | undefined {
  const share = `${module.id} and ${other.id} share the project ${project} on ${module.host}`;
  const silent = [module, other].filter(({ compose }) => !compose?.services);
  if (silent.length > 0) {
    const ids = silent.map(({ id }) => id).join(' and ');
    return finding(
      'plan/service-claimed',
      `${share}, and ${ids} does not say which services are its own`,
      {
        module: module.id,
        remedy: `List the services of ${ids} under compose.services, or give each module a project of its own under compose.project.`,
      },
    );
  }
  const claimed = new Set(other.compose?.services);
  const both = [...new Set(module.compose?.services)]
    .filter((name) => claimed.has(name))
    .map((name) => printable(name));
  if (both.length === 0) return undefined;
  return finding(
    'plan/service-claimed',
    `${share}, and both claim ${both.join(', ')}`,
    {
      module: module.id,
      remedy: `Take ${both.join(', ')} out of compose.services of ${module.id} or of ${other.id}.`,
    },
  );
}
