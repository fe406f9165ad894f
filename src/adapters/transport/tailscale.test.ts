import { expect, it } from 'vitest';
import { policySchema } from '../../model/policy.ts';
import { type Command, type Exec, systemExec } from '../exec.ts';
import { openHost } from './open-host.ts';

const policy = policySchema.parse({
  schema: 1,
  hosts: {
    box: {
      transport: 'tailscale',
      address: 'box.tail.net',
      user: 'deploy',
      runtime_root: '/nonexistent',
    },
  },
}).hosts['box'];

async function probeWith(exec: Exec) {
  if (!policy) throw new Error('no host');
  const session = await openHost({
    name: 'box',
    policy,
    knownHosts: '',
    folder: '/nonexistent',
    exec,
    redact: (text) => text.replaceAll('hunter22', '[redacted]'),
  });
  const fields = { op: 'probe', root: '/nonexistent' };
  return session.perform({ fields, timeoutMs: 30_000 });
}

it('runs the one constant command as the user on the host', async () => {
  const seen: Command[] = [];
  const reply = await probeWith({
    run: (command) => {
      seen.push(command);
      const args = ['-c', command.args[2] ?? ''];
      return systemExec.run({ ...command, file: '/bin/sh', args });
    },
  });
  expect(reply.kind).toBe('answer');
  expect(seen).toHaveLength(1);
  expect(seen[0]?.file).toBe('tailscale');
  expect(seen[0]?.args.slice(0, 2)).toEqual(['ssh', 'deploy@box.tail.net']);
  expect(Object.keys(seen[0]?.env ?? {})).toEqual(['PATH', 'HOME']);
});

it.each([
  ['Host key verification failed.', 'plan/host-key'],
  ['connection refused, token hunter22', 'plan/host-unreachable'],
])('tells %j apart', async (stderr, code) => {
  const reply = await probeWith({
    run: async () => ({ exitCode: 255, stdout: Buffer.alloc(0), stderr }),
  });
  expect(reply).toMatchObject({ kind: 'lost', finding: { code } });
  expect(JSON.stringify(reply)).not.toContain('hunter22');
});

it('says that nothing began where tailscale is not installed', async () => {
  const reply = await probeWith({
    run: async () => ({
      exitCode: undefined,
      stdout: Buffer.alloc(0),
      stderr: '',
      failure: 'not-found',
    }),
  });
  expect(reply).toMatchObject({
    kind: 'lost',
    started: 'no',
    finding: { code: 'plan/host-unreachable' },
  });
});

it('redact-known: what a host prints is redacted before it is cut', async () => {
  const stdout = Buffer.from(`${'x'.repeat(195)}hunter22`);
  const reply = await probeWith({
    run: async () => ({ exitCode: 0, stdout, stderr: '' }),
  });
  expect(reply).toMatchObject({ finding: { code: 'host/nonsense' } });
  expect(JSON.stringify(reply)).not.toContain('hunt');
});

it.skipIf(process.getuid?.() !== 0)('needs no name for its user', async () => {
  const run: Exec['run'] = async () => ({
    exitCode: 0,
    stdout: Buffer.from('apply-gates 1\nend\n'),
    stderr: '',
  });
  process.seteuid?.(54_321);
  const reply = await probeWith({ run }).finally(() => process.seteuid?.(0));
  expect(reply.kind).toBe('answer');
});
