import { runAction } from '../../adapters/runner.ts';
import { prCheckStep } from './run.ts';

await runAction(prCheckStep);
