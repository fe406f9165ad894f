import { renderCheckpoint } from '../../audit/checkpoint.ts';
import type { AppendedEntry } from '../../audit/plan-append.ts';
import { passVerdict, type Verdict } from '../../model/verdict.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import { findStatePlace, openStateAt } from '../../repository/state-place.ts';
import { describeRun } from '../describe-run.ts';
import type { Ports, Step, StepOutcome } from '../step.ts';
import {
  type AuditLogAppendInputs,
  parseAuditLogAppendInputs,
} from './inputs.ts';

const NAME = 'audit-log-append';

/** Puts one entry into the audit log, and passes once the remote holds it. */
export const auditLogAppendStep: Step = {
  name: NAME,
  inputs: {
    kind: '',
    body: '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['seq', 'hash'],
  run: async (raw, ports): Promise<StepOutcome> => {
    const inputs = parseAuditLogAppendInputs(raw);
    const entry = await appendEntry(inputs, ports);
    const verdict = tell(inputs, entry, ports);
    return {
      verdict,
      outputs: { seq: String(entry.seq), hash: entry.hash },
      summary: [verdict],
    };
  },
};

async function appendEntry(
  inputs: AuditLogAppendInputs,
  ports: Ports,
): Promise<AppendedEntry> {
  const { token, stateSshKey } = inputs;
  const place = await findStatePlace(ports, inputs);
  const state = await openStateAt(ports, place, inputs);
  try {
    const log = openRepositoryAudit(ports, state, [token, stateSshKey]);
    const body = { ...inputs.body, by: describeRun(ports, place.policy) };
    return await log.append({ kind: inputs.kind, fence: null, body });
  } finally {
    state.close();
  }
}

function tell(
  { kind }: AuditLogAppendInputs,
  { log, seq, hash, repeated }: AppendedEntry,
  { context }: Ports,
): Verdict {
  const checkpoint = renderCheckpoint({ log, size: seq + 1, head: hash });
  return passVerdict(
    { gate: NAME, sha: context.sha },
    repeated ? 'audit/repeated' : 'audit/appended',
    `${kind} is entry ${seq} of the audit log ${log}, with the hash ${hash}`,
    { evidence: { kind, log, seq, hash, checkpoint } },
  );
}
