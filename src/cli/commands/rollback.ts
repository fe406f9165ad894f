import { ROLLBACK } from '../../lanes/rollback-lane.ts';
import { InputError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import {
  type ByHandOptions,
  overrideInputs,
  runLaneByHand,
} from '../run-lane-by-hand.ts';
import type { Terminal } from '../terminal.ts';

interface RollbackOptions extends ByHandOptions {
  readonly to?: string;
  readonly reason: string;
}

/** Takes one module back to a release that was live before. */
export function rollback(module: string, options: RollbackOptions) {
  return async (terminal: Terminal): Promise<number> => {
    if (!isModuleId(module)) {
      throw new InputError('<module>', module, 'the id of a module');
    }
    const inputs = {
      module,
      to: options.to ?? '',
      reason: options.reason,
      dry_run: 'false',
      ...overrideInputs(options),
    };
    const left: readonly string[] = [];
    return runLaneByHand({ lane: ROLLBACK, inputs, options, left }, terminal);
  };
}
