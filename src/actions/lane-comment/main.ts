import { runAction } from '../../adapters/runner.ts';
import { laneCommentStep } from './run.ts';

await runAction(laneCommentStep);
