import { runAction } from '../../adapters/runner.ts';
import { modulePlanStep } from './run.ts';

await runAction(modulePlanStep);
