import { openBranchClone } from '../../../src/adapters/branch-clone.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { parseRemoteAddress } from '../../../src/adapters/git-remote.ts';
import { openAuditLog } from '../../../src/audit/audit-log.ts';
import { type Status, statusPath } from '../../../src/model/status.ts';
import { makeRedactor } from '../../../src/redaction/redactor.ts';
import { renderStatuses } from '../../../src/state/status-store.ts';
import { openStateStore } from '../../../src/state/store.ts';

// Puts a result on record together with the status that it led to, in a
// process of its own: evidence-writer.ts <repository> <folder> <run>
const [address = '', folder = '', id = ''] = process.argv.slice(2);

const run = { id, number: id, attempt: '1', url: '' };
const status: Status = {
  schema: 1,
  module: 'web',
  last_apply_sha: 'a'.repeat(40),
  approved_sha: null,
  head_sha: null,
  last_apply_pr: null,
  last_apply_at: '2026-05-16T11:00:00Z',
  last_apply_host: 'here',
  last_apply_actor: 'ada',
  last_apply_returncode: 0,
  last_apply_result: 'applied',
  tree: 'b'.repeat(64),
  attempted_sha: 'a'.repeat(40),
  attempted_tree: 'b'.repeat(64),
  plan_digest: `sha256:${'c'.repeat(64)}`,
  health: 'healthy',
  restarts: null,
  run,
  break_glass_reason: null,
  fence: null,
};

const branch = 'platform-state';
const remote = parseRemoteAddress(address, { allowLocalPath: true });
const clone = openBranchClone({ exec: systemExec, remote, branch, folder });
const log = openAuditLog({
  store: openStateStore({ clone, branch, clock: systemClock }),
  clock: systemClock,
  run,
  genesis: { repository: 'local/platform', id: '0'.repeat(32) },
  redactor: makeRedactor([]),
});
const [entry] = await log.record({
  message: 'audit: result',
  drafts: [
    { kind: 'result', fence: null, body: { status: statusPath('web') } },
  ],
  beside: async () => renderStatuses([status]),
});
clone.close();
process.stdout.write(`${JSON.stringify(entry)}\n`);
