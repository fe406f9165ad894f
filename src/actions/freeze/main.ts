import { runAction } from '../../adapters/runner.ts';
import { freezeStep } from './run.ts';

await runAction(freezeStep);
