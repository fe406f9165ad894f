import { runAction } from '../../adapters/runner.ts';
import { reconcileStep } from './run.ts';

await runAction(reconcileStep);
