import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type GitHttpServer,
  startGitHttp,
} from '../../../tests/support/git-http.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { hasSshd, startSshd } from '../../../tests/support/sshd.ts';
import { dispatchEvent, makeStepRun } from '../../../tests/support/step-run.ts';
import type { RunContext } from '../../adapters/run-context.ts';
import { auditLogAppendStep } from './run.ts';

const TOKEN = 's3cret/+%:@token';

let platform: ServicePlatform;
let server: GitHttpServer;
beforeEach(async () => {
  platform = makeServicePlatform();
  server = await startGitHttp({ root: platform.root, token: TOKEN });
});
afterEach(async () => {
  await server.close();
  platform.close();
});

/** A job of a forge, which reaches the repository as a runner would. */
function append(
  inputs: Record<string, string>,
  over: Partial<RunContext> = {},
) {
  const head = platform.git('rev-parse', 'HEAD');
  const run = makeStepRun(platform, dispatchEvent(head));
  const context = {
    ...run.ports.context,
    flavour: 'forgejo' as const,
    remoteAddress: `${server.url}/remote.git`,
    ...over,
  };
  return makeStepRun(platform, dispatchEvent(head), { context }).run(
    auditLogAppendStep,
    { kind: 'note', body: '{"text":"x"}', ...inputs },
  );
}
const log = () =>
  platform.readRemote('platform-state', 'state/AUDIT_LOG.jsonl') ?? '';

it('reaches the forge with the token of the job, and keeps it out of the log', async () => {
  const body = JSON.stringify({ text: `said ${TOKEN}`, password: 'hunter22' });
  const { verdict } = await append({ token: TOKEN, body });
  expect(verdict.code).toBe('audit/appended');
  expect(log()).toContain('127.0.0.1');
  expect(log()).not.toContain(TOKEN);
  expect(log()).not.toContain('hunter22');
});

it('tells that the token may not push', async () => {
  server.setFault(({ service }) =>
    service === 'git-receive-pack' ? 403 : undefined,
  );
  const { verdict, exitStatus } = await append({ token: TOKEN });
  expect(verdict.code).toBe('audit/not-durable');
  expect(exitStatus).toBe(9);
  expect(verdict.remedy).toContain('contents: write');
});

it('tells that the forge is not there', async () => {
  const url = server.url;
  await server.close();
  const over = { remoteAddress: `${url}/remote.git` };
  const { exitStatus, verdict } = await append({ token: TOKEN }, over);
  expect(verdict.code).toBe('audit/not-durable');
  expect(exitStatus).toBe(9);
});

describe.skipIf(!hasSshd)(
  'with a deploy key, where the token may not push',
  () => {
    it('reaches the address that the event names', async () => {
      const sshd = await startSshd();
      try {
        const host = `${sshd.user}@127.0.0.1:${sshd.port}`;
        platform.commit({ '.platform/known_hosts': sshd.knownHosts });
        server.setFault(() => 403);
        const { verdict } = await append(
          { token: TOKEN, 'state-ssh-key': sshd.privateKey },
          { sshAddress: () => `ssh://${host}${platform.remote}` },
        );
        expect(verdict.reason).toContain('entry 1');
        expect(verdict.code).toBe('audit/appended');
      } finally {
        await sshd.stop();
      }
    });

    it('hostkey: a forge whose key nobody put on record is refused', async () => {
      const sshd = await startSshd();
      try {
        const host = `${sshd.user}@127.0.0.1:${sshd.port}`;
        const { verdict } = await append(
          { token: TOKEN, 'state-ssh-key': sshd.privateKey },
          { sshAddress: () => `ssh://${host}${platform.remote}` },
        );
        expect(verdict.code).toBe('audit/not-durable');
        expect(log()).toBe('');
      } finally {
        await sshd.stop();
      }
    });

    it('git-transport: an address that is not ssh is refused', async () => {
      for (const address of ['ext::sh -c id', 'https://forge.example/a/b']) {
        const { verdict } = await append(
          { 'state-ssh-key': 'key' },
          { sshAddress: () => address },
        );
        expect(verdict.code).toBe('git/remote-refused');
      }
    });
  },
);
