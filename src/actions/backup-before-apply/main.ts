import { runAction } from '../../adapters/runner.ts';
import { backupBeforeApplyStep } from './run.ts';

await runAction(backupBeforeApplyStep);
