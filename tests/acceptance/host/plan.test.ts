import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import { planSchema } from '../../../src/model/plan.ts';
import { planDigest } from '../../../src/model/plan-digest.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  planRelease,
  type ReleaseChanges,
  STRICT_POLICY,
  type TestHost,
} from '../../support/host-modules.ts';

let host: TestHost;
let session: HostSession;

beforeEach(async () => {
  host = makeHost();
  session = await host.open();
});

afterEach(() => host.remove());

const SAYS = (changes: unknown) =>
  `cat <<'END'\n${JSON.stringify({ changes })}\nEND\nexit 2`;
const calls = () => existsSync(join(host.service, 'calls'));

async function planWith(changes: ReleaseChanges) {
  return commandDriver.plan({
    policy: STRICT_POLICY,
    host: session,
    release: makeRelease(host, changes),
    createdAt: '2026-11-20T10:00:00Z',
  });
}

it('takes the changes that a plan command names, in a fixed order', async () => {
  const plan = SAYS([
    { resource: 'volume/b', action: 'remove', destructive: true },
    { resource: 'a', action: 'create', detail: 'new\u202e' },
  ]);
  const result = await planWith({ scripts: { plan } });
  expect(result).toMatchObject({
    kind: 'planned',
    plan: {
      exit_code: 1,
      changes: [
        { resource: 'a', action: 'create', detail: 'new\\u{202e}' },
        { resource: 'volume/b', action: 'remove', destructive: true },
      ],
      observed: { plan_sum: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  });
});

it('makes a plan that the schema and its digest hold for', async () => {
  const plan = await planRelease(session, makeRelease(host));
  expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  expect(planDigest({ ...plan })).toBe(plan.digest);
  const again = await planRelease(session, makeRelease(host));
  expect(again.digest).toBe(plan.digest);
});

it('redacts what a plan names before its digest is made', async () => {
  session = await host.open({
    redact: (text) => text.replaceAll('hunter22', '[redacted]'),
  });
  const plan = SAYS([
    { resource: 'x', action: 'update', detail: 'password hunter22' },
  ]);
  const result = await planWith({ scripts: { plan } });
  expect(JSON.stringify(result)).not.toContain('hunter22');
  if (result.kind !== 'planned') throw new Error(result.refusal.reason);
  expect(planDigest({ ...result.plan })).toBe(result.plan.digest);
});

it.each([
  ['an exit status nobody listed', 'echo oops >&2; exit 7'],
  [
    'changes with exit status 0',
    SAYS([{ resource: 'x', action: 'update' }]).replace('exit 2', 'exit 0'),
  ],
  ['changes that cannot be read', SAYS([{ resource: 'x', action: 'burn' }])],
  ['a flood', 'yes | head -c 3000000; exit 2'],
  ['a script that is killed', 'kill -9 $$'],
])('refuses with plan/error: %s', async (_what, plan) => {
  expect(await planWith({ scripts: { plan } })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'plan/error' },
  });
});

it('refuses a plan command that hangs, and leaves nothing of it', async () => {
  const plan = `sleep 61 & echo $! >${host.service}/child; trap '' TERM; wait; sleep 62`;
  const manifest = { command: { timeout: '1s' } };
  expect(await planWith({ scripts: { plan }, manifest })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'plan/error' },
  });
  const child = readFileSync(join(host.service, 'child'), 'utf8').trim();
  expect(existsSync(`/proc/${child}`)).toBe(false);
});

it('refuses a command that is not there', async () => {
  const manifest = { command: { plan: ['modules/site/missing.sh'] } };
  expect(await planWith({ manifest })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'plan/error' },
  });
});

it('hands argv over exactly', async () => {
  const words = [
    '',
    ' ',
    "a'b",
    '$(id)',
    '`id`',
    'x\ny\n',
    '*',
    'ü\u{1f600}',
    '-n',
    '\\',
    '"',
  ];
  const plan = `for word in "$@"; do printf '[%s]' "$word"; done >${host.service}/words; exit 0`;
  await planWith({
    scripts: { plan },
    manifest: { command: { plan: ['modules/site/plan.sh', ...words] } },
  });
  expect(readFileSync(join(host.service, 'words'), 'utf8')).toBe(
    words.map((word) => `[${word}]`).join(''),
  );
});

it('replan-differs: what the host shows under the lock has to be what was planned', async () => {
  const release = makeRelease(host);
  const plan = await planRelease(session, release);
  writeFileSync(join(host.service, 'content'), 'one');
  expect(await applyRelease(session, release, { plan })).toMatchObject({
    result: 'refused',
    finding: { code: 'apply/plan-changed' },
  });
  expect(calls()).toBe(false);
  expect(existsSync(join(host.runtimeRoot, 'site/current'))).toBe(false);
});

it('replan-differs: other changes, although the exit status is the same', async () => {
  const plan = `printf '{"changes":[{"resource":"%s","action":"update"}]}' "$(cat ${host.service}/what)"; exit 2`;
  const release = makeRelease(host, { scripts: { plan } });
  writeFileSync(join(host.service, 'what'), 'a');
  const planned = await planRelease(session, release);
  writeFileSync(join(host.service, 'what'), 'b');
  const result = await applyRelease(session, release, { plan: planned });
  expect(result).toMatchObject({ finding: { code: 'apply/plan-changed' } });
});

it('replan-differs: another release went live in between', async () => {
  const release = makeRelease(host, { content: 'two' });
  const plan = await planRelease(session, release);
  await applyRelease(session, makeRelease(host));
  expect(await applyRelease(session, release, { plan })).toMatchObject({
    result: 'refused',
    finding: { code: 'apply/plan-changed' },
  });
  expect(readFileSync(join(host.service, 'content'), 'utf8')).toBe('one');
});

it('refuses a plan for another module, commit or tree', async () => {
  const release = makeRelease(host);
  const plan = await planRelease(session, release);
  for (const [changed, code] of [
    [{ module: 'other' }, 'plan/wrong-module'],
    [{ host: 'other' }, 'plan/wrong-module'],
    [{ source_sha: '0'.repeat(40) }, 'plan/wrong-source'],
    [{ tree: '0'.repeat(64) }, 'plan/wrong-source'],
    [{ observed: {} }, 'plan/malformed'],
  ] as const) {
    const altered = { ...plan, ...changed };
    expect(
      await applyRelease(session, release, { plan: altered }),
    ).toMatchObject({ result: 'refused', finding: { code } });
  }
});

it('the same run never does the same plan twice', async () => {
  const release = makeRelease(host);
  const plan = await planRelease(session, release);
  const first = await applyRelease(session, release, { plan });
  expect(await applyRelease(session, release, { plan })).toEqual(first);
  expect(readFileSync(join(host.service, 'calls'), 'utf8')).toBe('applied\n');
});

it('refuses a fence older than the host has seen, and remembers it', async () => {
  const first = makeRelease(host);
  expect(await applyRelease(session, first, { fence: 5 })).toMatchObject({
    result: 'applied',
  });
  const second = makeRelease(host, { content: 'two' });
  expect(await applyRelease(session, second, { fence: 4 })).toMatchObject({
    result: 'refused',
    finding: { code: 'host/fenced' },
  });
  expect(await applyRelease(session, second, { fence: 6 })).toMatchObject({
    result: 'applied',
  });
  expect(readFileSync(join(host.runtimeRoot, '.fence'), 'utf8')).toBe('6\n');
});

it('takes a fence from its holder alone, in reach, and tells it with a plan', async () => {
  const [ours, theirs] = ['a'.repeat(32), 'b'.repeat(32)];
  let version = 0;
  const apply = async (lease: { fence?: number; holder?: string }) => {
    version += 1;
    const release = makeRelease(host, { content: String(version) });
    const result = await applyRelease(session, release, lease);
    return 'finding' in result ? result.finding.code : result.result;
  };
  expect(await apply({ fence: 5, holder: ours })).toBe('applied');
  expect(await apply({ fence: 5, holder: ours })).toBe('applied');
  expect(await apply({ fence: 5, holder: theirs })).toBe('host/fenced');
  expect(await apply({})).toBe('host/fenced');
  expect(await apply({ fence: 1006, holder: theirs })).toBe('host/fenced');
  expect(await apply({ fence: 1005, holder: theirs })).toBe('applied');
  const planned = await commandDriver.plan({
    host: session,
    release: makeRelease(host),
    policy: STRICT_POLICY,
    createdAt: '2026-05-16T11:00:00Z',
  });
  expect(planned).toMatchObject({ kind: 'planned', fence: 1005 });
});

it('compose-config-leak: no value of a file on the host leaves it, however it is printed', async () => {
  const shared = join(host.runtimeRoot, 'site/shared');
  mkdirSync(shared, { recursive: true });
  const values = [
    'correct horse/battery.*[staple]',
    'horse/battery',
    "it's $HOME\\n&",
    'plain-value',
    '^caret$dollar\\back[x]',
  ];
  writeFileSync(
    join(shared, '.env'),
    [
      `A=${values[0]}`,
      `export B="${values[1]}"`,
      `  C_1 = ${values[2]}\r`,
      `D='${values[3]}'`,
      `E=${values[4]}`,
      'PORT=8080',
    ].join('\n'),
  );
  const scripts = {
    plan: `cat modules/site/.env; echo "port 8080 ${values[3]}" >&2; exit 2`,
    apply: 'cat modules/site/.env',
    health: 'cat modules/site/.env; exit 1',
  };
  const manifest = {
    host_files: ['.env'],
    health: { timeout: '2s', streak: 1, interval: '1s' },
  };
  const release = makeRelease(host, { scripts, manifest });
  const planned = await commandDriver.plan({
    policy: STRICT_POLICY,
    host: session,
    release,
    createdAt: '2026-11-20T10:00:00Z',
  });
  const applied = await applyRelease(session, release);
  const told = JSON.stringify([planned, applied]);
  expect(told).toContain('port 8080 ***');
  expect(applied).toMatchObject({ result: 'failed' });
  for (const value of values) {
    expect(told).not.toContain(JSON.stringify(value).slice(1, -1));
  }
  const record = readdirSync(join(host.runtimeRoot, 'attempts')).map((name) =>
    readFileSync(join(host.runtimeRoot, 'attempts', name), 'utf8'),
  );
  const { output } = JSON.parse(record[0] ?? '{}');
  expect(Buffer.from(output, 'base64').toString()).not.toContain('battery');
});

it('leaves nothing where nothing was applied, however it ends', async () => {
  const content = { plan: 'exit 2' };
  expect((await planWith({ scripts: content })).kind).toBe('planned');
  expect(existsSync(host.runtimeRoot)).toBe(false);
  mkdirSync(host.runtimeRoot);
  expect((await planWith({ scripts: content })).kind).toBe('planned');
  const failing = await planWith({ scripts: { plan: 'exit 9' } });
  expect(failing.kind).toBe('refused');
  expect(readdirSync(host.runtimeRoot)).toEqual([]);
});
