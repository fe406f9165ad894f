import { runAction } from '../../adapters/runner.ts';
import { approvedShaVerifyStep } from './run.ts';

await runAction(approvedShaVerifyStep);
