import { runAction } from '../../adapters/runner.ts';
import { rollbackTargetStep } from './run.ts';

await runAction(rollbackTargetStep);
