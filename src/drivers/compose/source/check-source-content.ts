import { judgeMountedPath } from '../access/judge-mounted-path.ts';
import { quoted } from './file-findings.ts';
import {
  mountContext,
  type SourceCheck,
  type SourceVisit,
} from './source-check.ts';
import { entriesOf, oneOrMany, type SourceMap, textOf } from './source-node.ts';
import type { SourceService } from './source-service.ts';

/** A config or secret that is made of a file. */
export interface SourceContent {
  readonly kind: 'configs' | 'secrets';
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly visit: SourceVisit;
}

const KINDS = ['configs', 'secrets'] as const;

/** Those that a document defines. */
export function contentsOf(
  document: SourceMap,
  visit: SourceVisit,
): readonly SourceContent[] {
  return KINDS.flatMap((kind) =>
    [...entriesOf(document.entries.get(kind))].flatMap(([key, node]) => {
      const file = entriesOf(node).get('file');
      const text = textOf(file);
      return text === undefined
        ? []
        : [{ kind, key, text, line: file?.line ?? node.line, visit }];
    }),
  );
}

/** Those that a service reads, as `kind/key`. */
export function contentsReadBy({ node }: SourceService): readonly string[] {
  return KINDS.flatMap((kind) =>
    oneOrMany(entriesOf(node).get(kind)).flatMap((item) => {
      const key = textOf(item) ?? textOf(entriesOf(item).get('source'));
      return key === undefined ? [] : [`${kind}/${key}`];
    }),
  );
}

/** What it is made of is tracked, or the host's by declaration. */
export function checkSourceContent(
  content: SourceContent,
  check: SourceCheck,
): void {
  const { kind, key, text, line, visit } = content;
  const context = mountContext(check, visit);
  const problem = judgeMountedPath(text, context, {
    isRead: false,
    isFile: true,
  });
  if (!problem) return;
  check.findings.tell(
    'plan/unmanaged-bind',
    { file: visit.file, line },
    `${kind} ${quoted(key)} has the file ${quoted(text)}, which ${problem.why}`,
    problem.remedy,
  );
}
