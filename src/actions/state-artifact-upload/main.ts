import { runAction } from '../../adapters/runner.ts';
import { stateArtifactUploadStep } from './run.ts';

await runAction(stateArtifactUploadStep);
