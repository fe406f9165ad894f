import { runAction } from '../adapters/runner.ts';
import { autoApplyStep } from './auto-apply-step.ts';

await runAction(autoApplyStep);
