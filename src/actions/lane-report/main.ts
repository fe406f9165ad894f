import { runAction } from '../../adapters/runner.ts';
import { laneReportStep } from './run.ts';

await runAction(laneReportStep);
