import { judgeReleasePath } from '../access/judge-mounted-path.ts';
import { quoted } from './file-findings.ts';
import {
  judgeReference,
  locateReference,
  type Reference,
} from './judge-reference.ts';
import { parentOf } from './release-paths.ts';
import {
  mountContext,
  type SourceCheck,
  type SourceVisit,
} from './source-check.ts';
import {
  entriesOf,
  oneOrMany,
  type SourceMap,
  type SourceNode,
  textOf,
} from './source-node.ts';
import type { SourceService } from './source-service.ts';

/** The files that a document includes, each with the folder it starts from. */
export function includedFiles(
  document: SourceMap,
  visit: SourceVisit,
  check: SourceCheck,
): readonly SourceVisit[] {
  return oneOrMany(document.entries.get('include')).flatMap((item) =>
    includedBy(item, visit, check),
  );
}

function includedBy(
  item: SourceNode,
  visit: SourceVisit,
  check: SourceCheck,
): readonly SourceVisit[] {
  const long = entriesOf(item);
  checkEnvFiles(long.get('env_file'), visit, check);
  const files = (
    item.kind === 'map' ? oneOrMany(long.get('path')) : [item]
  ).flatMap((path) => {
    const text = textOf(path) ?? '';
    const judged = judgeReference(text, visit.base, check.files);
    return accept(judged, {
      item: path,
      visit,
      check,
      says: `includes ${quoted(text)}`,
    });
  });
  const folder = long.get('project_directory');
  const [base] =
    textOf(folder) === undefined
      ? files.slice(0, 1).map(parentOf)
      : includedFolder(folder, visit, check);
  return base === undefined ? [] : files.map((file) => ({ file, base }));
}

function includedFolder(
  node: SourceNode | undefined,
  visit: SourceVisit,
  check: SourceCheck,
): readonly string[] {
  const text = textOf(node) ?? '';
  const located = locateReference(text, visit.base);
  const judged: Reference =
    located.ok && check.paths.kindOf(located.path).kind === 'unknown'
      ? { ok: false, why: 'is not a tracked folder of this module' }
      : located;
  const says = `includes with the project_directory ${quoted(text)}`;
  return accept(judged, { item: node, visit, check, says });
}

/** What an included file gets its variables from may live on the host. */
function checkEnvFiles(
  node: SourceNode | undefined,
  visit: SourceVisit,
  check: SourceCheck,
): void {
  for (const item of oneOrMany(node)) {
    const text = textOf(item);
    if (text === undefined || text === '/dev/null') continue;
    const says = `includes with the env_file ${quoted(text)}`;
    const located = locateReference(text, visit.base);
    for (const path of accept(located, { item, visit, check, says })) {
      const problem = judgeReleasePath(path, mountContext(check, visit), {
        isRead: true,
        isFile: true,
      });
      if (!problem) continue;
      check.findings.tell(
        'plan/unmanaged-bind',
        { file: visit.file, line: item.line },
        `${says}, which ${problem.why}`,
        problem.remedy,
      );
    }
  }
}

/** Where the service is, that a service extends: here, or in another file. */
export function extendedService(
  { name, node, visit, isActive, isOwn }: SourceService,
  check: SourceCheck,
): readonly SourceVisit[] {
  const extended = entriesOf(node).get('extends');
  if (extended === undefined) return [];
  const parts = entriesOf(extended);
  const service = textOf(extended) ?? textOf(parts.get('service')) ?? name;
  const only = { name: service, isOwn, isActive };
  const text = textOf(parts.get('file'));
  const says = `service ${quoted(name)} extends ${quoted(service)} of ${quoted(text ?? visit.file)}`;
  const judged = judgeExtended(service, text, visit, check);
  return accept(judged, { item: extended, visit, check, says }).map((file) =>
    text === undefined
      ? { ...visit, only }
      : { file, base: parentOf(file), only },
  );
}

function judgeExtended(
  service: string,
  file: string | undefined,
  visit: SourceVisit,
  check: SourceCheck,
): Reference {
  if (service.includes('$')) {
    return { ok: false, why: 'is known only when it is resolved' };
  }
  return file === undefined
    ? { ok: true, path: visit.file }
    : judgeReference(file, visit.base, check.files);
}

/** The path of a reference that may be followed; a finding for any other. */
function accept(
  judged: Reference,
  at: {
    readonly item: SourceNode | undefined;
    readonly visit: SourceVisit;
    readonly check: SourceCheck;
    readonly says: string;
  },
): readonly string[] {
  if (judged.ok) return [judged.path];
  at.check.findings.tell(
    'plan/remote-include',
    { file: at.visit.file, line: at.item?.line ?? 1 },
    `${at.says}, which ${judged.why}`,
  );
  return [];
}
