import * as core from '@actions/core';
import {
  executeStep,
  type Ports,
  type RawInputs,
  type Step,
  type StepOutcome,
} from '../actions/step.ts';
import type { ActionError } from '../model/errors.ts';
import {
  exitStatusOfVerdict,
  type Verdict,
  verdictOfError,
} from '../model/verdict.ts';
import { disarmLine } from '../redaction/disarm-line.ts';
import { maskableLines } from '../redaction/mask-lines.ts';
import { redactError } from '../redaction/redact-error.ts';
import { redactOutput, redactVerdict } from '../redaction/redact-json.ts';
import { makeRedactor, type Redactor } from '../redaction/redactor.ts';
import { oneLine } from '../report/one-line.ts';
import { renderVerdictLines } from '../report/render-verdict-lines.ts';
import { renderVerdictTable } from '../report/render-verdict-table.ts';
import { systemClock } from './clock.ts';
import { systemExec } from './exec.ts';
import { watchInterruption } from './interruption.ts';
import { fitOutput, unfitInput } from './job-output.ts';
import { describeOldNode } from './node-version.ts';
import { redactVerdictLog } from './redacted-verdict-log.ts';
import { type RunContext, readRunContext } from './run-context.ts';
import { openVerdictLog } from './verdict-log.ts';

/** Inputs that are masked before the step sees them. */
const SECRET_INPUTS = [
  'token',
  'ssh-key',
  'state-ssh-key',
  'audit-sign-key',
  'ntfy-url',
];

/** What a step came to, with the place it says so. */
interface Session {
  readonly context: RunContext;
  readonly ports: Ports;
  /** Knows every value masked so far. */
  readonly redactor: () => Redactor;
  /** What steps still have to do before the process may end. */
  readonly lastWork: ReadonlySet<() => Promise<void>>;
}

type Outcome = StepOutcome & { readonly interrupted?: true };

/**
 * Runs one step as an action: inputs from the runner, outputs and exit status
 * to it. Never throws; what it cannot do ends as a refusal. A stop signal ends
 * the process, since nobody waits for the step any longer.
 */
export async function runAction(step: Step): Promise<void> {
  const complaint = describeOldNode(process.versions.node);
  if (complaint !== undefined) {
    printLine(complaint);
    process.exitCode = 3;
    return;
  }
  const interruption = watchInterruption();
  const session = openSession();
  try {
    const outcome: Outcome = await Promise.race([
      executeStep(step, readInputs(step, session.ports), session.ports),
      interruption.error.then(async (error) => {
        await doLastWork(session);
        return recordError(step, error, session);
      }),
    ]);
    await report(outcome, session);
    if (outcome.interrupted) process.exit();
  } catch (error) {
    const { message } = redactError(error, session.redactor());
    printLine(`refuse ${step.name} internal/bug: ${oneLine(message)}`);
    process.exit(3);
  } finally {
    interruption.release();
  }
}

function openSession(): Session {
  const context = readRunContext(process.env);
  const secrets: string[] = [];
  let redactor = makeRedactor(secrets);
  const lastWork = new Set<() => Promise<void>>();
  const ports: Ports = {
    context,
    clock: systemClock,
    exec: systemExec,
    verdicts: redactVerdictLog(openVerdictLog(context), () => redactor),
    mask: (secret) => {
      maskInLog(secret, context.flavour);
      secrets.push(secret);
      redactor = makeRedactor(secrets);
    },
    print: (line) => {
      for (const each of redactor.redact(line).split('\n')) printLine(each);
    },
    onStop: (work) => {
      lastWork.add(work);
      return () => lastWork.delete(work);
    },
  };
  return { context, ports, redactor: () => redactor, lastWork };
}

/** GitHub kills a job ten seconds after it asked it to stop. */
const LAST_WORK_MS = 6_000;

/** What does not end in time, or fails, is told by what it left undone. */
async function doLastWork({ ports, lastWork }: Session): Promise<void> {
  const works = [...lastWork].map((work) => work());
  await Promise.race([
    Promise.allSettled(works),
    ports.clock.sleep(works.length === 0 ? 0 : LAST_WORK_MS),
  ]);
}

/**
 * Forgejo's log writer takes masks as they are written, without undoing the
 * escapes that the protocol asks for; GitHub's undoes them.
 */
function maskInLog(secret: string, flavour: RunContext['flavour']): void {
  if (flavour === 'local') return;
  for (const line of maskableLines(secret)) {
    core.setSecret(line);
    if (flavour !== 'github' && line.includes('%')) {
      process.stdout.write(`::add-mask::${line}\n`);
    }
  }
}

/** Blanks around a value are kept: ` true` is not `true`. */
function readInputs(step: Step, ports: Ports): RawInputs {
  const inputs = Object.fromEntries(
    Object.keys(step.inputs).map((name) => [
      name,
      unfitInput(
        ports.context.folder,
        core.getInput(name, { trimWhitespace: false }),
      ),
    ]),
  );
  for (const name of SECRET_INPUTS) {
    const secret = inputs[name];
    if (secret) ports.mask(secret);
  }
  return inputs;
}

function recordError(
  step: Step,
  error: ActionError,
  { context, ports }: Session,
): Outcome {
  const verdict = verdictOfError({ gate: step.name, sha: context.sha }, error);
  ports.verdicts.appendVerdict(step.name, verdict);
  return { verdict, outputs: {}, interrupted: true };
}

async function report(
  { verdict: said, outputs, summary, warning }: StepOutcome,
  { context, redactor }: Session,
): Promise<void> {
  process.exitCode = exitStatusOfVerdict(said);
  const verdict = redactVerdict(said, redactor());
  const own = Object.entries(outputs).map(
    ([name, value]) => [name, redactOutput(value, redactor())] as const,
  );
  writeOutputs(context, [
    ...own,
    ['decision', verdict.decision],
    ['code', verdict.code],
    ['reason', oneLine(verdict.reason)],
    ['verdict', JSON.stringify(verdict)],
  ]);
  sayVerdict(verdict, context, warning ?? false);
  if (summary) {
    await writeSummary(summary.map((each) => redactVerdict(each, redactor())));
  }
}

/** Without the file of the runner there is nobody to hand outputs to. */
function writeOutputs(
  context: RunContext,
  outputs: readonly (readonly [string, string])[],
): void {
  if (!process.env['GITHUB_OUTPUT']) return;
  for (const [name, value] of outputs) {
    core.setOutput(name, fitOutput(context.folder, name, value));
  }
}

function sayVerdict(
  verdict: Verdict,
  { flavour }: RunContext,
  warning: boolean,
): void {
  const lines = renderVerdictLines(verdict, { colour: false });
  for (const line of lines) printLine(line);
  // Forgejo has no annotations and shows such a command as it is written.
  if (flavour !== 'github') return;
  const title = { title: verdict.code };
  if (verdict.decision === 'refuse') core.error(lines.join('\n'), title);
  else if (warning) core.warning(lines.join('\n'), title);
}

/** A summary that cannot be written changes no decision. */
async function writeSummary(verdicts: readonly Verdict[]): Promise<void> {
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  try {
    await core.summary
      .addRaw(renderVerdictTable(verdicts, 'markdown'), true)
      .write();
  } catch {
    printLine('The summary of the job could not be written.');
  }
}

function printLine(line: string): void {
  process.stdout.write(`${disarmLine(line)}\n`);
}
