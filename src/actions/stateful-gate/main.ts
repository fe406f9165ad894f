import { runAction } from '../../adapters/runner.ts';
import { statefulGateStep } from './run.ts';

await runAction(statefulGateStep);
