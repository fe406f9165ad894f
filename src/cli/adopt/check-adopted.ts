import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { RunningContainer } from '../../drivers/compose/adopt/running-project.ts';
import { InputError } from '../../model/errors.ts';
import {
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { ADOPT } from './tell-adoption.ts';

const containerSchema = z.object({
  service: z.string(),
  name: z.string(),
  id: z.string(),
  started_at: z.string(),
});
const notedSchema = z.object({ containers: z.array(containerSchema).min(1) });

/** A container as it is noted at adoption. */
export type NotedContainer = z.output<typeof containerSchema>;

export function noteContainers(
  containers: readonly RunningContainer[],
): readonly NotedContainer[] {
  return containers.map(({ id, name, service, startedAt }) => ({
    ...{ service, name, id },
    started_at: startedAt,
  }));
}

/** Holds what runs to what an earlier `--json` noted. */
export function checkAdopted(
  file: string,
  running: readonly NotedContainer[],
): Verdict {
  const [first, ...others] = readNoted(file).flatMap((noted) => {
    const now = running.find(({ id }) => id === noted.id);
    if (now?.started_at === noted.started_at) return [];
    const how = now
      ? `was started again at ${now.started_at}`
      : 'is not there any more';
    const reason = `${noted.name}, started at ${noted.started_at}, ${how}`;
    return [finding('adopt/restarted', reason)];
  });
  return first
    ? refuseVerdict(ADOPT, [first, ...others])
    : passVerdict(
        ADOPT,
        'adopt/unchanged',
        'every container is the one that was noted, and was not started since',
      );
}

function readNoted(file: string): readonly NotedContainer[] {
  try {
    return notedSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).containers;
  } catch {
    throw new InputError(
      '--check',
      file,
      'a file that apply-gates adopt wrote with --json',
    );
  }
}
