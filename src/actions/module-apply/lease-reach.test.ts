import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CountingExec,
  makeCountingExec,
} from '../../../tests/support/counting-exec.ts';
import { runTestLane } from '../../../tests/support/lane-run.ts';
import { readLeaseAt } from '../../../tests/support/leases/read-history.ts';
import type { Changes } from '../../../tests/support/platform.ts';
import {
  countCommits,
  kindsOf,
  readEntries,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import { auditLogAppendStep } from '../audit-log-append/run.ts';
import type { Ports } from '../step.ts';

let platform: ServicePlatform;
beforeEach(() => {
  // Long enough that it is not renewed on a slow machine.
  platform = makeServicePlatform({ more: 'state: {lease: 15m}' });
});
afterEach(() => platform.close());

function push(changes: Changes) {
  const before = platform.git('rev-parse', 'HEAD');
  return pushEvent(before, platform.commit(changes));
}

/** The branch moves, then the server is gone: of so many pushes, the nth. */
function loseAnswer(nth: number): () => boolean {
  const pushes = join(platform.root, 'pushes');
  const lost = join(platform.root, 'lost');
  const hook = `grep -q platform-state || exit 0
echo >>${pushes}
[ "$(wc -l <${pushes})" -ne ${nth} ] || { : >${lost}; kill -9 $PPID; }`;
  const path = join(platform.remote, 'hooks/post-receive');
  writeFileSync(path, `#!/bin/sh\n${hook}\n`, { mode: 0o755 });
  return () => existsSync(lost);
}

describe('39: push accepted but the answer lost', () => {
  it.each([
    ['that took the lease', 1],
    ['that released it', 2],
  ])(
    'of the push %s: its own lease is recognised, nothing is done twice',
    async (_, nth) => {
      const isLost = loseAnswer(nth);
      const run = await runTestLane(platform, push(platform.module('web')));
      expect(isLost()).toBe(true);
      expect(run.code('apply')).toBe('apply/applied');
      expect(platform.applies('web')).toEqual(['1']);
      expect(readLeaseAt(platform, 'here')).toMatchObject({
        fence: 1,
        holder: null,
      });
      expect(kindsOf(platform)).toEqual(['note', 'intent', 'result']);
      expect(countCommits(platform)).toBe(2);
    },
  );

  it('the same job again takes what it still holds, and does nothing twice', async () => {
    // The release never arrives, so that the lease stays with its job.
    const hook = join(platform.remote, 'hooks/pre-receive');
    const pushes = join(platform.root, 'pushes');
    const deny = `grep -q platform-state || exit 0\necho >>${pushes}; [ "$(wc -l <${pushes})" -lt 2 ]`;
    writeFileSync(hook, `#!/bin/sh\n${deny}\n`, { mode: 0o755 });
    const event = push(platform.module('web'));
    const first = await runTestLane(platform, event);
    expect(first.exitStatus).toBe(9);
    const held = readLeaseAt(platform, 'here');
    expect(held?.holder).not.toBeNull();
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });

    const { context } = first.ports;
    const again = await runTestLane(platform, event, { ports: { context } });
    expect(again.code('apply')).toBe('apply/noop');
    expect(platform.applies('web')).toEqual(['1']);
    expect(readLeaseAt(platform, 'here')?.holder).toBeNull();
    // It was nobody else's, so it was taken from nobody.
    const kinds = readEntries(platform).map(({ kind }) => kind);
    expect(kinds).not.toContain('lease');
  });
});

const looks = (counted: CountingExec) =>
  counted.count('ls-remote') + counted.count('fetch');

/** What one entry costs that is read and put on record by itself. */
async function countAppend(): Promise<CountingExec> {
  const counted = makeCountingExec();
  const head = platform.git('rev-parse', 'HEAD');
  const ports: Partial<Ports> = { exec: counted.exec };
  const run = makeStepRun(platform, dispatchEvent(head), ports);
  const inputs = { kind: 'note', body: '{"text":"x"}' };
  await run.run(auditLogAppendStep, inputs);
  return counted;
}

it('lease, fence and freeze together add at most one fetch and no push to what a lane puts on record', async () => {
  await runTestLane(platform, push(platform.module('web')));
  const entry = await countAppend();
  expect(entry.count('push')).toBe(1);
  const counted = makeCountingExec();
  const before = { looks: 0, pushes: 0 };
  const run = await runTestLane(platform, push(platform.module('api')), {
    ports: { exec: counted.exec },
    onStep: ({ id }) => {
      if (id !== 'guard') return;
      before.looks = looks(counted);
      before.pushes = counted.count('push');
    },
  });
  expect(run.code('apply')).toBe('apply/applied');
  expect(readLeaseAt(platform, 'here')?.fence).toBe(2);
  // Once for the intents, and once for the results.
  expect(counted.count('push') - before.pushes).toBe(2);
  // Also without leases it is read once what is there, before either.
  const others = 3 * looks(entry);
  expect(looks(counted) - before.looks).toBeLessThanOrEqual(others + 1);
});
