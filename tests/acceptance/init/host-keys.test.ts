import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import { findFreePort } from '../../support/free-port.ts';
import {
  codeOf,
  FORGEJO,
  type InitRepository,
  makeInitRepository,
  STATELESS,
} from '../../support/init-repository.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const PATH = '.platform/known_hosts';

let sshd: TestSshd;
let repository: InitRepository;
beforeAll(async () => {
  if (hasSshd) sshd = await startSshd();
});
afterAll(() => sshd?.stop());
beforeEach(() => {
  repository = makeInitRepository({ 'web/compose.yaml': STATELESS });
});
afterEach(() => repository.close());

const options = (port: number) => [
  ...FORGEJO.slice(2),
  ...['--host', `web1=${sshd.user}@127.0.0.1:${port}`, '--yes'],
];
const read = () => readFileSync(join(repository.checkout, PATH), 'utf8');
const give = (text: string) => {
  const file = join(repository.root, 'given');
  writeFileSync(file, text);
  return ['--known-hosts-file', file];
};

/** As its administrator reads it on the host itself. */
function fingerprint(): string {
  const line = execFileSync('ssh-keygen', ['-lf', '-'], {
    encoding: 'utf8',
    input: sshd.hostKey,
  });
  return line.split(' ')[1] ?? '';
}

describe.skipIf(!hasSshd)('the keys of a host', () => {
  it('are taken where the fingerprint is what the host says', async () => {
    const scan = ['--scan-host-keys', '--fingerprint', fingerprint()];
    const run = await repository.init(...options(sshd.port), ...scan);
    expect(codeOf(run)).toBe('init/written');
    expect(read()).toBe(sshd.knownHosts);
  });

  it('can come later, and are then asked for no more', async () => {
    await repository.init(...options(sshd.port));
    const scan = ['--scan-host-keys', '--fingerprint', fingerprint(), '--yes'];
    const run = await repository.init(...scan);
    expect(run.json()).toMatchObject({
      changes: [{ path: PATH, change: 'create' }],
    });
    const again = await repository.init('--scan-host-keys', '--yes');
    expect(codeOf(again)).toBe('init/nothing-to-do');
  });

  it.each([
    ['nobody compared', []],
    ['that are others', ['--fingerprint', `SHA256:${'A'.repeat(43)}`]],
  ])('%s are not taken, --yes or not', async (_name, given) => {
    const run = await repository.init(
      ...options(sshd.port),
      '--scan-host-keys',
      ...given,
    );
    expect([run.exitCode, codeOf(run)]).toEqual([
      2,
      'init/host-keys-unconfirmed',
    ]);
    expect(run.stdout).toContain(fingerprint());
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('are not to be had where nobody answers', async () => {
    const run = await repository.init(
      ...options(await findFreePort()),
      '--scan-host-keys',
    );
    expect([run.exitCode, codeOf(run)]).toEqual([
      3,
      'init/host-keys-unavailable',
    ]);
  });

  it('are taken from a file that has them, as it is', async () => {
    const text = `# by hand\n${sshd.knownHosts}`;
    await repository.init(...options(sshd.port), ...give(text));
    expect(read()).toBe(text);
  });

  it('are not there in a file with those of another host', async () => {
    const text = sshd.knownHosts.replace('127.0.0.1', '127.0.0.2');
    const run = await repository.init(...options(sshd.port), ...give(text));
    expect(codeOf(run)).toBe('input/malformed');
  });

  it('that are there are not replaced', async () => {
    repository.commit({ [PATH]: '# mine\n' });
    const run = await repository.init(
      ...options(sshd.port),
      ...give(sshd.knownHosts),
    );
    expect(run.json()).toMatchObject({ kept: [PATH] });
    expect(read()).toBe('# mine\n');
  });

  it('SHA256 with a slip in it is no fingerprint', async () => {
    const run = await repository.init(
      ...options(sshd.port),
      '--scan-host-keys',
      '--fingerprint',
      'SHA256:x',
    );
    expect(codeOf(run)).toBe('input/malformed');
  });
});
