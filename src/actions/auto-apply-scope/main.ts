import { runAction } from '../../adapters/runner.ts';
import { autoApplyScopeStep } from './run.ts';

await runAction(autoApplyScopeStep);
