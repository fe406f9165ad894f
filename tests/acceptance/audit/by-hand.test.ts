import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type AuditPlatform,
  makeAuditPlatform,
} from '../../support/audit-platform.ts';
import { note, openLog } from '../../support/audit-remote.ts';
import { readRepositoryFile } from '../../support/repository-files.ts';

// What docs/state.md tells people to type, on a log that was cut.
const [, script = ''] =
  /<!-- by-hand -->\n```sh\n([\s\S]*?)```/.exec(
    readRepositoryFile('docs/state.md'),
  ) ?? [];

let platform: AuditPlatform;
beforeEach(() => {
  platform = makeAuditPlatform();
});
afterEach(() => platform.remote.remove());

const byHand = () =>
  execFileSync('sh', ['-eu', '-c', script], {
    cwd: platform.checkout,
    encoding: 'utf8',
  }).trim();

it('the log is verified with sha256sum, as the documents say', async () => {
  const drafts = Array.from({ length: 300 }, (_, n) => note(`\\n "${n}" -e`));
  const entries = await openLog(platform.remote, '1').record({
    ...{ message: 'many', drafts, beside: async () => new Map() },
  });
  expect(byHand()).toBe(`301 entries, ${entries.at(-1)?.hash}`);
});

it('a changed line is seen with sha256sum', async () => {
  await openLog(platform.remote, '1').append(note('one'));
  await openLog(platform.remote, '1').append(note('two'));
  const path = 'state/AUDIT_LOG.jsonl';
  const text = `${platform.remote.show(path)}\n`;
  platform.edit({ [path]: text.replace('"one"', '"eno"') });
  expect(byHand()).toMatch(/^does not follow: .*"two"/);
});
