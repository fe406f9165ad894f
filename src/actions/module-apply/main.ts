import { runAction } from '../../adapters/runner.ts';
import { moduleApplyStep } from './run.ts';

await runAction(moduleApplyStep);
