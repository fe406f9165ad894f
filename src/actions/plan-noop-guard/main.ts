import { runAction } from '../../adapters/runner.ts';
import { planNoopGuardStep } from './run.ts';

await runAction(planNoopGuardStep);
