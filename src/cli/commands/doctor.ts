import { type Exec, systemExec } from '../../adapters/exec.ts';
import { conclude } from '../../doctor/conclude.ts';
import type { DoctorFinding } from '../../doctor/finding.ts';
import { judgeMachine } from '../../doctor/judge-machine.ts';
import { renderFindings } from '../../doctor/render-findings.ts';
import { parseDuration } from '../../model/duration.ts';
import { InputError } from '../../model/errors.ts';
import { exitStatusOfVerdict } from '../../model/verdict.ts';
import { examinePlatform } from '../doctor/examine-platform.ts';
import { examineRunner } from '../doctor/examine-runner.ts';
import { readMachine } from '../doctor/read-machine.ts';
import type { ForgeOptions } from '../local-forge.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

export interface DoctorOptions extends RepositoryOptions, ForgeOptions {
  readonly host?: string;
  readonly hosts: boolean;
  readonly forge: boolean;
  readonly timeout: string;
  readonly sshKeyFile?: string;
}

/** Looks at everything that lanes rely on, and changes nothing of it. */
export function doctor(options: DoctorOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const timeLeft = startTimer(options.timeout);
    const exec = boundedExec(timeLeft);
    const [machine, platform, runner] = await Promise.all([
      readMachine(exec),
      examinePlatform(options, { exec, timeLeft }, terminal),
      examineRunner(),
    ]);
    const findings: DoctorFinding[] = [
      ...judgeMachine({ ...machine, needsSsh: platform.needsSsh }),
      ...platform.findings,
      ...runner,
    ];
    for (const line of renderFindings(findings)) terminal.line(line);
    const leftOut = [
      ...(options.hosts || options.host !== undefined ? [] : ['hosts']),
      ...(options.forge ? [] : ['forge']),
      ...(runner.length > 0 ? [] : ['runner (this is no job of one)']),
    ];
    if (leftOut.length > 0) terminal.line(`left out: ${leftOut.join(', ')}`);
    const verdict = conclude(findings);
    terminal.verdict(verdict);
    terminal.document({ verdict, findings, left_out: leftOut });
    return exitStatusOfVerdict(verdict);
  };
}

/** Milliseconds until everything has to be over; never none at all. */
function startTimer(duration: string): () => number {
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined) {
    const allowed = 'a duration such as 30s or 2m';
    throw new InputError('--timeout', duration, allowed);
  }
  const end = performance.now() + milliseconds;
  return () => Math.max(1, Math.ceil(end - performance.now()));
}

/** Whatever is still at work when the time is over is ended. */
function boundedExec(timeLeft: () => number): Exec {
  return {
    run: (command) =>
      systemExec.run({
        ...command,
        timeoutMs: Math.min(command.timeoutMs, timeLeft()),
      }),
  };
}
