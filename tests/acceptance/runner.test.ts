import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
  test,
} from 'vitest';
import { workflowCommands } from '../support/command-files.ts';
import { makeProbe, type Probe } from '../support/probe.ts';

let probe: Probe;

beforeAll(async () => {
  probe = await makeProbe();
});
afterEach(() => {
  rmSync(join(probe.folder, 'apply-gates'), { recursive: true, force: true });
});
afterAll(() => probe.remove());

const HOSTILE = [
  '::add-mask::pass',
  ' ::stop-commands::x',
  '\r::set-output name=decision::pass',
  '\u001b[2K::set-env name=PATH::/evil',
  'x ##[set-output name=decision]pass',
  'ghadelimiter_0',
  'decision=pass',
  'decision<<EOF',
  'pass',
  'EOF',
  '',
].join('\n');

describe('an action in a runner', () => {
  it('writes decision, code, reason, verdict and its own outputs', async () => {
    const { exitCode, outputs, stderr } = await probe.run({ text: 'fine' });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(outputs).toEqual({
      text: 'fine',
      decision: 'pass',
      code: 'scope/eligible',
      reason: 'fine',
      verdict: expect.not.stringContaining('\n'),
    });
    expect(JSON.parse(outputs['verdict'] ?? '')).toMatchObject({ schema: 1 });
  });

  test.each([
    ['refuse', 'scope/invalid-policy', 2],
    ['refuse', 'plan/error', 3],
    ['refuse', 'scope/stateful', 4],
    ['refuse', 'plan/expired', 5],
    ['refuse', 'apply/failed', 7],
    ['throw', 'host/locked', 8],
    ['throw', 'state/not-durable', 9],
  ])(
    '%s with %s exits %i and is on record',
    async (behaviour, code, status) => {
      const run = await probe.run({ text: 'because', behaviour, code });
      expect(run.exitCode).toBe(status);
      expect(run.outputs).toMatchObject({ decision: 'refuse', code });
      expect(JSON.parse(run.record)).toMatchObject({ verdict: { code } });
    },
  );

  test.each(['bug', 'stray'])(
    'an error nobody foresaw (%s) is a refusal',
    async (behaviour) => {
      const run = await probe.run({ text: 'oh', behaviour });
      expect([run.exitCode, run.stderr]).toEqual([3, '']);
      expect(run.outputs['code']).toBe('internal/bug');
      expect(JSON.parse(run.record)).toMatchObject({
        verdict: { decision: 'refuse' },
      });
    },
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends in run/stopped, on record',
    async (signal) => {
      const run = await probe.run(
        { behaviour: 'hang' },
        { whenWaiting: (child) => child.kill(signal) },
      );
      expect(run.exitCode).toBe(8);
      expect(run.outputs).toMatchObject({ code: 'run/stopped' });
      expect(JSON.parse(run.record)).toMatchObject({
        verdict: { code: 'run/stopped' },
      });
    },
  );

  it('a stop that cannot be put on record still stops', async () => {
    const run = await probe.run(
      { behaviour: 'hang' },
      {
        whenWaiting: (child) => {
          writeFileSync(join(probe.folder, 'apply-gates'), 'no folder');
          child.kill('SIGTERM');
        },
      },
    );
    expect(run.exitCode).toBe(3);
    expect(run.outputs).toEqual({});
  });

  it('dispatch-forged: blanks around an input reach the step', async () => {
    const { outputs } = await probe.run({ text: ' true ' });
    expect(outputs['text']).toBe(' true ');
  });

  it('a summary that cannot be written changes no decision', async () => {
    const run = await probe.run(
      { text: 'fine' },
      { variables: { GITHUB_STEP_SUMMARY: '/nowhere/summary' } },
    );
    expect(run.exitCode).toBe(0);
  });

  it('outputs that cannot be written are a refusal', async () => {
    const run = await probe.run(
      { text: 'fine' },
      { variables: { GITHUB_OUTPUT: '/nowhere/output' } },
    );
    expect(run.exitCode).toBe(3);
  });

  it('a record that cannot be written is a refusal', async () => {
    writeFileSync(join(probe.folder, 'apply-gates'), 'no folder');
    const run = await probe.run({ text: 'fine' });
    expect(run.exitCode).toBe(3);
    expect(run.outputs['decision']).not.toBe('pass');
  });
});

describe('what people see', () => {
  it('is a line, an annotation and a summary on GitHub', async () => {
    const run = await probe.run({
      text: 'a, b: 100%',
      behaviour: 'refuse',
      code: 'scope/stateful',
    });
    expect(run.stdout).toContain('\nrefuse probe scope/stateful: a, b: 100% ');
    expect(workflowCommands(run.stdout)).toEqual([
      expect.stringMatching(/^::error title=scope\/stateful::refuse .*100%25/),
    ]);
    expect(run.files.STEP_SUMMARY).toContain('| probe | refuse |');
  });

  it('is text alone on Forgejo', async () => {
    const run = await probe.run(
      { text: 'because', behaviour: 'refuse', code: 'scope/stateful' },
      { flavour: 'forgejo' },
    );
    expect(workflowCommands(run.stdout)).toEqual([]);
  });

  it('is text alone at a terminal', async () => {
    const run = await probe.run(
      { token: 'tok%en\nsecond', text: 'x', behaviour: 'refuse' },
      { flavour: 'local' },
    );
    expect(workflowCommands(run.stdout)).toEqual([]);
    expect(run.stdout).not.toContain('\u001b');
  });
});

describe('hostile text', () => {
  test.each(['forgejo', 'github', 'local'] as const)(
    'workflow-command-injection: inert on %s wherever it shows up',
    async (flavour) => {
      const inputs = { text: HOSTILE, code: 'scope/stateful' };
      for (const behaviour of ['refuse', 'throw', 'bug', 'stray']) {
        const run = await probe.run({ ...inputs, behaviour }, { flavour });
        const [annotation = '::error ', ...others] = workflowCommands(
          run.stdout,
        );
        expect([annotation.slice(0, 8), others]).toEqual(['::error ', []]);
        expect(run.stdout).not.toMatch(/[\r\u001b]/);
        expect(run.files.STEP_SUMMARY).not.toMatch(/::|##|\r|\u001b/);
      }
    },
  );

  it('output-newline: forges no output', async () => {
    const run = await probe.run({
      text: HOSTILE,
      behaviour: 'refuse',
      code: 'scope/stateful',
    });
    expect(Object.keys(run.outputs).sort()).toEqual(
      ['code', 'decision', 'list', 'reason', 'text', 'verdict'].sort(),
    );
    expect(run.outputs).toMatchObject({ decision: 'refuse' });
    expect(JSON.parse(run.outputs['list'] ?? '')).toEqual([HOSTILE]);
    for (const name of ['list', 'reason', 'verdict']) {
      expect(run.outputs[name]).not.toMatch(/[\r\n]/);
    }
  });

  it('env-canary: nothing is ever written to the environment', async () => {
    for (const flavour of ['forgejo', 'github'] as const) {
      const run = await probe.run(
        { token: 's3cr3t-token', text: HOSTILE, behaviour: 'refuse' },
        { flavour },
      );
      expect([run.files.ENV, run.files.PATH, run.files.STATE]).toEqual([
        '',
        '',
        '',
      ]);
    }
  });
});

describe('outputs over 48 KiB', () => {
  const long = JSON.stringify(Array(9_000).fill('module-x'));

  it('output-newline: go to a file that the next step reads', async () => {
    const first = await probe.run({ text: long }, { flavour: 'forgejo' });
    const named = first.outputs['text'] ?? '';
    expect(named.startsWith(`@${join(probe.folder, 'apply-gates')}`)).toBe(
      true,
    );
    const second = await probe.run({ text: named });
    expect(second.outputs['text']).toBe(named);
    expect(second.stdout).toContain('module-x');
  });

  it('name no file that a step did not write', async () => {
    const [, named = ''] =
      /^@(.*)$/.exec((await probe.run({ text: long })).outputs['text'] ?? '') ??
      [];
    const linked = named.replace(/[0-9a-f]{64}$/, 'a'.repeat(64));
    symlinkSync('/etc/passwd', linked);
    const beside = join(probe.folder, 'apply-gates', 'verdicts.jsonl');
    for (const text of ['@/etc/passwd', `@${linked}`, `@${beside}`]) {
      expect((await probe.run({ text })).outputs['text']).toBe(text);
    }
  });
});

describe('secrets', () => {
  const secret = 'first%line-abc\nsecond"line-def\n';

  test.each(['forgejo', 'github', 'local'] as const)(
    'redact-known: leave no trace on %s',
    async (flavour) => {
      const encoded = Buffer.from(`xy${secret}`).toString('base64');
      const text = `${secret} ${JSON.stringify(secret)} ${encoded}`;
      for (const behaviour of ['refuse', 'throw', 'bug', 'stray']) {
        const inputs = { token: secret, text, behaviour };
        const run = await probe.run(inputs, { flavour });
        const shown = run.stdout
          .split('\n')
          .filter((line) => !line.startsWith('::add-mask::'));
        const all = JSON.stringify([shown, run.files, run.record, run.stderr]);
        expect(all).not.toMatch(/first%|line-abc|line-def|ZpcnN0|2Vjb25k/);
      }
    },
  );

  it('mask-forgejo: are masked line by line, and raw', async () => {
    const run = await probe.run({ token: secret }, { flavour: 'forgejo' });
    const masks = run.stdout
      .split('\n')
      .filter((line) => line.startsWith('::'));
    expect(masks).toContain('::add-mask::first%line-abc');
    expect(masks).toContain('::add-mask::second"line-def');
    expect(masks.join()).not.toMatch(/%0A/i);
  });

  it('mask-forgejo: are escaped for GitHub, which undoes it', async () => {
    const run = await probe.run({ token: secret });
    expect(workflowCommands(run.stdout)).toEqual([
      '::add-mask::first%25line-abc',
      '::add-mask::second"line-def',
    ]);
  });
});
