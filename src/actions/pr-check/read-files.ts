import type { WorkflowSource } from '../../lint/lint-workflows.ts';
import { isWorkflowPath } from '../../lint/workflow-files.ts';
import { formatProblem } from '../../model/document-problem.ts';
import type { Manifest } from '../../model/manifest.ts';
import { parsePolicy } from '../../model/policy.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { readBlobs } from '../../repository/blobs.ts';
import { findContradictions } from '../../repository/contradictions.ts';
import {
  openModuleBook,
  readableManifests,
} from '../../repository/module-book.ts';
import type { Subject } from '../../repository/subject.ts';
import { listTree } from '../../repository/tree.ts';

/** What the files of a pull request say, read from its commit alone. */
export interface FilesAtHead {
  /** Policy and manifests that cannot be read, or do not fit. */
  readonly invalid: readonly Finding[];
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly workflows: readonly WorkflowSource[];
}

/**
 * Reads policy, every manifest and every workflow at head, from git: nothing of
 * the checkout is run or believed. The manifests are held to the trusted
 * policy, which is the one that will judge them.
 */
export async function readFilesAtHead(
  subject: Pick<Subject, 'repository' | 'head' | 'policy' | 'policyPath'>,
): Promise<FilesAtHead> {
  const { repository, head, policy, policyPath } = subject;
  const entries = await listTree(repository, head);
  const book = await openModuleBook(repository, policy.modules_dir, entries);
  const manifests = readableManifests(book, book.ids());
  const broken = book.ids().flatMap((id) => {
    const result = book.manifest(id);
    return result?.ok === false ? result.problems : [];
  });
  const workflows = entries.filter(({ path }) => isWorkflowPath(path));
  const contents = await readBlobs(
    repository,
    workflows.map(({ oid }) => ({ oid })),
  );
  return {
    manifests,
    invalid: [
      ...(await checkPolicy(subject)),
      ...[...broken, ...findContradictions(policy, policyPath, manifests)].map(
        (problem) => finding('scope/invalid-manifest', formatProblem(problem)),
      ),
    ],
    workflows: workflows.map(({ path }, index) => ({
      file: path,
      content: contents[index]?.toString('utf8') ?? '',
    })),
  };
}

/** The policy that the next push would be judged by. */
async function checkPolicy({
  repository,
  head,
  policyPath,
}: Parameters<typeof readFilesAtHead>[0]): Promise<Finding[]> {
  const [content] = await readBlobs(repository, [
    { commit: head, path: policyPath },
  ]);
  if (!content) {
    const reason = `There is no ${printable(policyPath)} at ${head}: the push after the merge would be refused`;
    return [finding('scope/no-policy', reason)];
  }
  const parsed = parsePolicy(policyPath, content.toString('utf8'));
  if (parsed.ok) return [];
  return parsed.problems.map((problem) =>
    finding('scope/invalid-policy', formatProblem(problem)),
  );
}
