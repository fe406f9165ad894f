import * as z from 'zod';
import type { HostSession } from '../host/host-session.ts';
import { ActionError } from '../model/errors.ts';
import { sha256Schema, shaSchema } from '../model/identifiers.ts';
import type { ReleaseName } from './driver.ts';
import { problemOf, textOf } from './host-problem.ts';
import { runtimeName } from './release-fields.ts';

const TIMEOUT_MS = 60_000;

const releaseSchema = z.object({ sha: shaSchema, tree: sha256Schema });

/** What a host has on record as live of a module. */
export interface Past {
  readonly live: z.output<typeof releaseSchema> | undefined;
  /** Whatever ended well, the newest first; one release may be there often. */
  readonly past: readonly z.output<typeof releaseSchema>[];
}

/** Asks the host what was live of a module. Nothing is changed. */
export async function readPast(
  host: HostSession,
  release: ReleaseName,
): Promise<Past> {
  const fields = {
    op: 'history',
    root: host.policy.runtime_root,
    module: release.module,
    runtime: runtimeName(release),
  };
  const reply = await host.perform({ fields, timeoutMs: TIMEOUT_MS });
  const refusal =
    reply.kind === 'lost'
      ? reply.finding
      : problemOf(reply.fields, host, release);
  if (refusal) {
    const { code, reason, remedy } = refusal;
    throw new ActionError(code, reason, { remedy });
  }
  const answer = reply.kind === 'answer' ? reply.fields : new Map();
  const live = releaseSchema.safeParse({
    sha: textOf(answer, 'live_sha'),
    tree: textOf(answer, 'live'),
  });
  const past = textOf(answer, 'past')
    .split('\n')
    .flatMap((line) => {
      const [sha, tree] = line.split(' ');
      return releaseSchema.safeParse({ sha, tree }).data ?? [];
    });
  return { live: live.data, past };
}
