import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemExec } from '../../../src/adapters/exec.ts';
import { openRepository } from '../../../src/adapters/git.ts';
import { CARRIER_PATH } from '../../../src/adapters/transport/host-reply.ts';
import { openHost } from '../../../src/adapters/transport/open-host.ts';
import { listBackups } from '../../../src/backup/list-backups.ts';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import type { Release, ReleaseFile } from '../../../src/drivers/driver.ts';
import { readPast } from '../../../src/drivers/read-past.ts';
import { retireModule } from '../../../src/drivers/retire-module.ts';
import {
  askAcknowledged,
  storeAcknowledgement,
} from '../../../src/host/acknowledgement.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import { INSTALLED_PROGRAM } from '../../../src/host/installed-program.ts';
import { resetFence } from '../../../src/host/reset-fence.ts';
import { manifestSchema, parseManifest } from '../../../src/model/manifest.ts';
import { policySchema } from '../../../src/model/policy.ts';
import { readRelease } from '../../../src/repository/release.ts';
import { listTree } from '../../../src/repository/tree.ts';
import {
  applyRelease,
  makeFile,
  STRICT_POLICY,
} from '../../support/host-modules.ts';
import { makeKeyPair } from '../../support/installed-host.ts';
import { makePinnedExec } from '../../support/pinned-exec.ts';
import { makePlatform, type Platform } from '../../support/platform.ts';
import { serviceModule } from '../../support/service-module.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const MANIFEST = 'modules/web/module.yaml';

describe.skipIf(!hasSshd)("the host's own policy", () => {
  let sshd: TestSshd;
  let platform: Platform;
  let session: HostSession;
  let merged: string;
  let conf: Record<string, readonly string[]>;

  const at = (...names: readonly string[]) => join(platform.root, ...names);
  const remote = () =>
    `ssh://${sshd.user}@${sshd.address}:${sshd.port}${platform.remote}`;

  beforeAll(async () => {
    sshd = await startSshd();
    platform = makePlatform({});
    mkdirSync(at('services'));
    mkdirSync(at('job'));
    merged = platform.commit({
      ...serviceModule('web', at('services')),
      'modules/web/other.sh': 'echo other\n',
    });
    makeKeyPair(at('deploy'));
    writeFileSync(at('known_hosts'), sshd.knownHosts);
    writeFileSync(at('apply-gates-host'), INSTALLED_PROGRAM, { mode: 0o755 });
    const opened = await openHost({
      name: 'here',
      policy: policyOf(),
      knownHosts: '',
      folder: at('job'),
      exec: makePinnedExec(at('apply-gates-host'), at('host.conf')),
      redact: (text) => text,
    });
    session = { ...opened, commandPath: CARRIER_PATH };
  });
  afterAll(async () => {
    platform?.close();
    await sshd?.stop();
  });
  beforeEach(() => {
    conf = {
      runtime_root: [at('root')],
      backup_root: [at('root/backups')],
      driver: ['command', 'compose'],
      repository: [remote()],
      default_branch: ['main'],
      deploy_key: [sshd.privateKeyPath],
      known_hosts: [at('known_hosts')],
    };
  });

  const policy = () =>
    policySchema.parse({
      schema: 1,
      hosts: { here: { transport: 'local', runtime_root: at('root') } },
    });
  function policyOf() {
    const { here } = policy().hosts;
    if (!here) throw new Error('no host');
    return here;
  }

  function writeConf(changes: Record<string, readonly string[]> = {}): void {
    const lines = Object.entries({ ...conf, ...changes }).flatMap(
      ([key, values]) => values.map((value) => `${key}=${value}\n`),
    );
    writeFileSync(at('host.conf'), lines.join(''));
  }

  /** The release of `web`, as a lane would read it. */
  async function releaseOf(sha: string): Promise<Release> {
    const repository = openRepository(systemExec, platform.checkout);
    const text = platform.git('show', `${sha}:${MANIFEST}`);
    const manifest = parseManifest(MANIFEST, text, 'web');
    if (!manifest.ok) throw new Error('no manifest');
    const read = await readRelease(repository, {
      sha,
      manifest: manifest.value,
      policy: policy(),
      entries: await listTree(repository, sha, ['modules/web']),
    });
    if (!read.ok) throw new Error('no release');
    return read.release;
  }

  async function planned(
    release: Release,
    changes: Readonly<Record<string, string>> = {},
  ) {
    const result = await commandDriver.plan({
      policy: STRICT_POLICY,
      createdAt: '2026-11-20T10:00:00Z',
      release,
      host: {
        ...session,
        perform: (request) =>
          session.perform({
            ...request,
            fields: { ...request.fields, ...changes },
          }),
      },
    });
    return result.kind === 'planned' ? 'planned' : result.refusal.code;
  }

  it('takes an acknowledgement where it belongs, and keeps the first', async () => {
    writeConf();
    expect(await askAcknowledged(session)).toBe('no');
    const run = { id: '1', number: '1', attempt: '1', url: '' };
    const said = { actor: 'ada', reason: `"\n'`, at: new Date(0), run };
    expect(await storeAcknowledgement(session, said)).toBe('yes');
    const kept = readFileSync(at('root/.acknowledged'), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({ actor: 'ada', reason: `"\n'` });
    const again = { ...said, actor: 'eve' };
    expect(await storeAcknowledgement(session, again)).toBe('yes');
    expect(readFileSync(at('root/.acknowledged'), 'utf8')).toBe(kept);
    writeConf({ runtime_root: [at('elsewhere')] });
    await expect(storeAcknowledgement(session, said)).rejects.toMatchObject({
      code: 'host/forbidden',
    });
  });

  it('takes what is merged, and applies it', async () => {
    writeConf();
    const release = await releaseOf(merged);
    expect(await applyRelease(session, release)).toMatchObject({
      result: 'applied',
      health: 'healthy',
    });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['another runtime_root', { root: '/srv' }],
    ['a runtime_root beside it', { root: '/srv/../etc' }],
    ['a PATH of its own', { path: '/tmp/evil:/usr/bin' }],
    ['a folder of another module', { folder: 'modules/other' }],
    [
      'an old folder to take over',
      { driver: 'compose', project: 'web', project_directory: '/etc' },
    ],
    ['another project', { driver: 'compose', project: 'db' }],
    ['a file beside the module', { host_files: ':../../../../etc/shadow' }],
    ['an address that is none', { http: 'file:///etc/shadow' }],
  ])('refuses %s, whatever the runner says', async (_what, changes) => {
    writeConf({ project: ['web'] });
    const compose = { compose_files: ':compose.yaml', path: CARRIER_PATH };
    const all = changes['driver'] ? { ...compose, ...changes } : changes;
    expect(await planned(await releaseOf(merged), all)).toMatch(
      /^(?:host\/forbidden|internal\/bug)$/,
    );
  });

  it('lets backups be listed where they belong, and nothing be turned back', async () => {
    writeConf();
    const release = await releaseOf(merged);
    const { backup: settings } = manifestSchema.parse({
      ...{ schema: 1, id: 'web', stateful: false, host: 'here' },
      ...{ driver: 'compose', backup: { class: 'files', paths: ['/srv/web'] } },
    });
    if (!settings) throw new Error('no settings');
    const ask = (backupRoot: string) =>
      listBackups({ host: session, release, settings, backupRoot });
    expect(await ask(at('root/backups'))).toMatchObject({ kind: 'listed' });
    expect(await ask(at('elsewhere'))).toMatchObject({
      refusal: { code: 'host/forbidden' },
    });
    await expect(resetFence(session, 1)).rejects.toMatchObject({
      code: 'host/forbidden',
    });
  });

  it('refuses a driver that is not for this host', async () => {
    writeConf({ driver: ['compose'] });
    expect(await planned(await releaseOf(merged))).toBe('host/forbidden');
  });

  it.each(['nonsense', 'sacred=photos', 'driver=shell', 'runtime_root=/a b'])(
    'refuses everything where host.conf says %j',
    async (line) => {
      writeFileSync(
        at('host.conf'),
        `runtime_root=${at('root')}\ndriver=command\n${line}\n`,
      );
      expect(await planned(await releaseOf(merged))).toBe('host/misconfigured');
    },
  );

  it.each<[string, (files: readonly ReleaseFile[]) => readonly ReleaseFile[]]>([
    [
      'another content',
      (files) =>
        files.map((file) =>
          file.path.endsWith('/apply.sh')
            ? makeFile(file.path, 'touch proof\n')
            : file,
        ),
    ],
    ['a file more', (files) => [...files, makeFile('modules/web/z', 'z')]],
    [
      'a file less',
      (files) => files.filter(({ path }) => !path.endsWith('/stop.sh')),
    ],
    [
      'another mode',
      (files) => files.map((file) => ({ ...file, mode: '100755' as const })),
    ],
    [
      'a link in its place',
      (files) =>
        files.map((file) =>
          file.path.endsWith('/other.sh')
            ? makeFile(file.path, 'apply.sh', '120000')
            : file,
        ),
    ],
  ])('refuses %s than git has', async (_what, change) => {
    writeConf();
    const release = await releaseOf(merged);
    const files = change(await release.files());
    expect(await planned({ ...release, files: async () => files })).toBe(
      'host/content-differs',
    );
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['command', { apply_argv: ':sh :-c .dG91Y2ggL3RtcC9wcm9vZg==' }],
    [
      'command of a file that is there',
      { plan_argv: ':sh :modules/web/other.sh' },
    ],
    ['nature', { stateful: 'true' }],
    ['address to ask', { http: 'http://127.0.0.1:22/' }],
    ['file of the host', { host_files: ':.env' }],
    ['folder', { runtime: 'db' }],
    ['name of the release', { tree: '0'.repeat(64) }],
  ])('refuses another %s than module.yaml says', async (_what, changes) => {
    writeConf();
    expect(await planned(await releaseOf(merged), changes)).toBe(
      'host/content-differs',
    );
  });

  it('impostor-sha: refuses what is not on the first-parent line of the default branch', async () => {
    writeConf();
    platform.git('checkout', '-q', '-b', 'side', merged);
    writeFileSync(join(platform.checkout, 'modules/web/version'), '2\n');
    platform.git('commit', '-qam', 'side');
    const side = platform.git('rev-parse', 'HEAD');
    platform.git('push', '-q', 'origin', 'side');
    expect(await planned(await releaseOf(side))).toBe('host/not-on-branch');
    platform.git('checkout', '-q', 'main');
    platform.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    platform.git('push', '-q', 'origin', 'main');
    expect(await planned(await releaseOf(side))).toBe('host/not-on-branch');
    const merge = platform.git('rev-parse', 'HEAD');
    expect(await planned(await releaseOf(merge))).toBe('planned');
    // What was merged and taken back by force is merged no more.
    platform.git(
      'push',
      '-q',
      '--force',
      'origin',
      `${merged}:refs/heads/main`,
    );
    expect(await planned(await releaseOf(merge))).toBe('host/not-on-branch');
    platform.git('reset', '-q', '--hard', merged);
  });

  it('hostkey: refuses where it cannot look for itself', async () => {
    writeConf({ known_hosts: ['/dev/null'] });
    expect(await planned(await releaseOf(merged))).toBe('host/unverified');
    writeConf({ deploy_key: [at('deploy')] });
    expect(await planned(await releaseOf(merged))).toBe('host/unverified');
  });

  it('git-hostile-repo: obeys no setting that lies in its own clone', async () => {
    writeConf();
    const proof = at('proof');
    expect(await planned(await releaseOf(merged))).toBe('planned');
    writeFileSync(
      at('root/.repository/config'),
      `[core]\n\tfsmonitor = touch ${proof}\n\tsshCommand = touch ${proof}\n[url "${at('elsewhere')}"]\n\tinsteadOf = ssh://\n`,
    );
    expect(await planned(await releaseOf(merged))).toBe('planned');
  });

  it('tells what was live, takes an earlier commit again, and lets nothing be retired that is still merged', async () => {
    writeConf();
    const web = { module: 'web', manifest: { renamed_from: '' } };
    const apply = async (sha: string) =>
      applyRelease(session, { ...(await releaseOf(sha)), asBefore: true });
    await apply(merged);
    const later = platform.commit({ 'modules/web/version': '3\n' });
    await apply(later);
    expect(await readPast(session, web)).toMatchObject({
      live: { sha: later },
      past: expect.arrayContaining([
        expect.objectContaining({ sha: later }),
        expect.objectContaining({ sha: merged }),
      ]),
    });
    expect(await apply(merged)).toMatchObject({ result: 'applied' });
    expect(await readPast(session, web)).toMatchObject({
      live: { sha: merged },
    });
    const retire = () =>
      retireModule({
        ...{ host: session, release: web, armed: false, lease: undefined },
        backupRoot: at('root/backups'),
      });
    expect(await retire()).toMatchObject({ code: 'host/forbidden' });
    platform.git('rm', '-rq', 'modules/web');
    platform.git('commit', '-qm', 'gone');
    platform.git('push', '-q', 'origin', 'main');
    expect(await retire()).toMatchObject({ stateful: false });
  });
});
