import { autoApplyScopeStep } from '../../actions/auto-apply-scope/run.ts';
import { statefulAnswerStep } from '../../actions/stateful-gate/answer.ts';
import { executeStep } from '../../actions/step.ts';
import type { LocalRequest } from '../local-event.ts';
import { type LocalRun, openLocalRun } from '../local-run.ts';
import { outcomeDocument, type Terminal } from '../terminal.ts';
import {
  commonInputs,
  type OverrideOptions,
  type RepositoryOptions,
} from './options.ts';

interface ScopeOptions extends RepositoryOptions, OverrideOptions {
  readonly module?: string;
  readonly event?: LocalRequest['event'];
  readonly base?: string;
  readonly head?: string;
}

/**
 * Shows what a push, or with --module a dispatch, would apply. It changes
 * nothing, so the typed confirmation may be left out: the line to type is
 * shown where the real dispatch asks for it.
 */
export function scope(options: ScopeOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const event =
      options.event ?? (options.module ? 'workflow_dispatch' : 'push');
    const run = await openLocalRun({ ...options, event }, terminal);
    try {
      return await judge(options, run, terminal);
    } finally {
      run.close();
    }
  };
}

async function judge(
  options: ScopeOptions,
  run: LocalRun,
  terminal: Terminal,
): Promise<number> {
  const common = commonInputs(options);
  const scoped = await executeStep(
    autoApplyScopeStep,
    {
      ...common,
      module: options.module,
      'on-blocked': options.allowStateful ? 'report' : undefined,
    },
    run.ports,
  );
  terminal.verdict(scoped.verdict);
  if (!options.allowStateful || scoped.exitStatus !== 0) {
    terminal.document(outcomeDocument(scoped));
    return scoped.exitStatus;
  }
  const confirmation = `apply ${options.module ?? ''} ${run.head.slice(0, 12)}`;
  const gated = await executeStep(
    statefulAnswerStep,
    {
      ...common,
      modules: scoped.outputs['modules'],
      'allow-stateful': 'true',
      'backup-ref': options.backupRef,
      'stateful-confirm': options.statefulConfirm ?? confirmation,
    },
    run.ports,
  );
  terminal.verdict(gated.verdict);
  if (gated.exitStatus === 0 && options.statefulConfirm === undefined) {
    terminal.line(
      `The dispatch also asks for stateful_confirm: ${confirmation}`,
    );
  }
  terminal.document(outcomeDocument(gated));
  return gated.exitStatus;
}
