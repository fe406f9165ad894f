import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../tests/support/service-platform.ts';
import { runCommandLine } from './command-line.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

async function run(...args: readonly string[]) {
  const out = new PassThrough();
  const argv = [...args, '--repo', platform.checkout, '--json'];
  const exit = await runCommandLine(argv, out);
  const text = String(out.read() ?? '');
  return { exit, ...(JSON.parse(text || '{}') as Shown) };
}

interface Shown {
  readonly verdict?: { readonly code: string };
  readonly holds?: readonly Readonly<Record<string, string>>[];
}

/** Changes a file of the state branch, as somebody with git might. */
function tamper(path: string, text: string): void {
  const { checkout, git } = platform;
  git('fetch', '-q', 'origin', 'platform-state');
  git('checkout', '-q', '--detach', 'FETCH_HEAD');
  writeFileSync(join(checkout, path), text);
  git('commit', '-q', '-a', '-m', 'by hand');
  git('push', '-q', 'origin', 'HEAD:refs/heads/platform-state');
  git('checkout', '-q', 'main');
}

const lease = () =>
  JSON.parse(
    platform.readRemote('platform-state', 'state/leases/here.json') ?? 'null',
  );
const why = ['--reason', 'a new disk'];

it('locks a host for one person, tells who, and keeps the number', async () => {
  expect(await run('lock', 'here', ...why)).toMatchObject({ exit: 0 });
  expect(lease()).toMatchObject({ fence: 1, holder: { reason: 'a new disk' } });
  const again = await run('lock', 'here', ...why);
  expect(again).toMatchObject({ exit: 8, verdict: { code: 'lease/held' } });
  const { holds } = await run('status');
  expect(holds).toMatchObject([{ what: 'lease', on: 'here' }]);
  expect(holds?.[0]?.['way_out']).toContain('apply-gates unlock here --reason');

  expect((await run('unlock', 'here', ...why)).exit).toBe(0);
  expect(lease()).toEqual({ schema: 1, host: 'here', fence: 1, holder: null });
  await run('lock', 'here', ...why, '--for', '2h');
  expect(lease()).toMatchObject({
    fence: 2,
    holder: { duration_ms: 7_200_000 },
  });
});

it('corrupt lease: blocks, is never repaired silently, and unlock is on record', async () => {
  await run('lock', 'here', ...why);
  tamper('state/leases/here.json', '{');
  expect((await run('lock', 'here', ...why)).verdict?.code).toBe(
    'lease/unreadable',
  );
  expect((await run('status')).holds).toMatchObject([{ what: 'lease' }]);
  expect((await run('unlock', 'here', ...why)).exit).toBe(0);
  expect(lease()).toMatchObject({ holder: null });
  const log = platform.readRemote('platform-state', 'state/AUDIT_LOG.jsonl');
  expect(log).toContain('"change":"unlock"');
});

it('changes nothing with --dry-run, and asks for a reason', async () => {
  expect((await run('lock', 'here', ...why, '--dry-run')).exit).toBe(0);
  expect((await run('freeze', '--all', ...why, '--dry-run')).exit).toBe(0);
  expect(platform.git('ls-remote', 'origin', 'platform-state')).toBe('');
  expect((await run('lock', 'elsewhere', ...why)).exit).toBe(2);
  expect((await run('lock', 'here', ...why, '--for', '2d')).exit).toBe(2);
});

it('turns a fence back to the lower of branch and host, and only so', async () => {
  await run('lock', 'here', ...why);
  tamper('state/leases/here.json', JSON.stringify({ ...lease(), fence: 9e12 }));
  const fence = join(platform.runtimeRoot, '.fence');
  writeFileSync(fence, '41\n');
  expect((await run('unlock', 'here', ...why)).exit).toBe(0);
  expect(lease()).toMatchObject({ fence: 9e12, holder: null });
  expect((await run('unlock', 'here', '--reset-fence', ...why)).exit).toBe(0);
  expect(lease()).toMatchObject({ fence: 41, holder: null });
  writeFileSync(fence, 'odd\n');
  expect((await run('unlock', 'here', '--reset-fence', ...why)).exit).toBe(0);
  expect(readFileSync(fence, 'utf8')).toBe('41\n');
  const log = platform.readRemote('platform-state', 'state/AUDIT_LOG.jsonl');
  expect(log).toContain('"change":"reset-fence"');
});

it('freezes and lifts it, as status tells', async () => {
  expect((await run('freeze', '--module', 'web', ...why)).exit).toBe(0);
  expect((await run('status')).holds).toMatchObject([
    { what: 'freeze', on: 'the module web' },
  ]);
  expect((await run('unfreeze', '--module', 'web', ...why)).exit).toBe(0);
  expect((await run('status')).holds).toEqual([]);
});
