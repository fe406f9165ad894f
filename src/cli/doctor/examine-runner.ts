import { readArtifactService } from '../../adapters/artifact/artifact-service.ts';
import { type Clock, systemClock } from '../../adapters/clock.ts';
import { openHttpClient } from '../../adapters/forge/http-client.ts';
import { readRunContext } from '../../adapters/run-context.ts';
import type { DoctorFinding } from '../../doctor/finding.ts';
import { judgeRunner, type RunnerFacts } from '../../doctor/judge-runner.ts';
import { ActionError } from '../../model/errors.ts';

const REQUEST_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** The runner of the job that this runs in; nothing outside of one. */
export async function examineRunner(): Promise<DoctorFinding[]> {
  const facts = await readRunner(systemClock, process.env);
  return facts === undefined ? [] : judgeRunner(facts);
}

async function readRunner(
  clock: Clock,
  env: Environment,
): Promise<RunnerFacts | undefined> {
  const { flavour } = readRunContext(env);
  if (flavour === 'local') return undefined;
  const version = env['FORGEJO_ACTIONS_RUNNER_VERSION'] || undefined;
  const offer = readArtifactService(flavour, env);
  if (offer.kind === 'absent') return { flavour, version, artifacts: offer };
  const url = offer.service.origin;
  const trouble = await findTrouble(clock, url);
  return { flavour, version, artifacts: { kind: 'offered', url, trouble } };
}

/** Any answer will do; a forge has its version there, GitHub nothing. */
async function findTrouble(
  clock: Clock,
  api: string,
): Promise<string | undefined> {
  const limits = { requestMs: REQUEST_MS, totalMs: REQUEST_MS, attempts: 1 };
  const client = openHttpClient({ api, token: '', headers: {}, clock, limits });
  try {
    await client.send({ method: 'GET', path: '/api/v1/version' });
    return undefined;
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return error.code === 'approval/forbidden' ? undefined : error.message;
  }
}
