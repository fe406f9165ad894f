import { AUTO_APPLY } from '../../lanes/lanes.ts';
import { InputError } from '../../model/errors.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { readSubject } from '../../repository/subject.ts';
import type { LocalRequest } from '../local-event.ts';
import { type LocalRun, openLocalRun } from '../local-run.ts';
import { runLaneHere } from '../run-lane-here.ts';
import type { Terminal } from '../terminal.ts';
import { commonInputs, type RepositoryOptions } from './options.ts';

interface RehearseOptions extends RepositoryOptions {
  readonly event?: LocalRequest['event'];
  readonly base?: string;
  readonly head?: string;
  readonly input: Readonly<Record<string, string>>;
  readonly planOnly?: boolean;
  readonly sshKeyFile?: string;
}

/**
 * Runs the lane on this machine before anything is pushed. Only hosts with
 * `transport: local` are really changed, their containers too, under the names
 * that the modules give; the state then stays in this repository. With any
 * other host the rehearsal ends before the apply.
 */
export function rehearse(options: RehearseOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const unknown = Object.keys(options.input).find(
      (name) => !Object.hasOwn(AUTO_APPLY.inputs, name),
    );
    if (unknown !== undefined) {
      const known = Object.keys(AUTO_APPLY.inputs).join('=…, ');
      throw new InputError('--input', unknown, `one of ${known}=…`);
    }
    const event =
      options.event ??
      (Object.keys(options.input).length > 0 ? 'workflow_dispatch' : 'push');
    const run = await openLocalRun(
      { ...options, event, inputs: options.input },
      terminal,
    );
    try {
      const stops =
        options.planOnly === true || (await hasRemoteHost(options, run));
      terminal.line(
        stops
          ? 'The rehearsal ends before the apply.'
          : 'This machine is the host: what may be applied is really applied, containers too. --plan-only looks only.',
      );
      return await runLaneHere(
        {
          lane: AUTO_APPLY,
          inputs: options.input,
          common: commonInputs(options),
          ports: rehearsing(run, stops),
          ...(stops ? { stopBefore: 'apply' } : {}),
        },
        terminal,
      );
    } finally {
      run.close();
    }
  };
}

/** There is no forge to ask; and what is applied here is known here only. */
function rehearsing(
  { ports, repo }: LocalRun,
  stops: boolean,
): LocalRun['ports'] {
  const here = stops ? {} : { remoteAddress: repo };
  return { ...ports, context: { ...ports.context, ...here, rehearsal: true } };
}

/** A policy that cannot be read counts as one: the lane itself says why. */
async function hasRemoteHost(
  options: RehearseOptions,
  run: LocalRun,
): Promise<boolean> {
  try {
    const { policy } = await readSubject(run.ports, {
      workingDirectory: '.',
      policyPath: options.policy ?? DEFAULT_POLICY_PATH,
    });
    return Object.values(policy.hosts).some(
      (host) => host.transport !== 'local',
    );
  } catch {
    return true;
  }
}
