import { runAction } from '../../adapters/runner.ts';
import { auditLogAppendStep } from './run.ts';

await runAction(auditLogAppendStep);
