import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdoptStand, openAdoptStand } from '../../support/adopt-stand.ts';
import { runCommand } from '../../support/command-line.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { findFreePort } from '../../support/free-port.ts';
import { listFolder } from '../../support/host-listing.ts';
import { hasSshd } from '../../support/sshd.ts';

const TIMEOUT = { timeout: 120_000 };
const SECRET = 'correct-horse-battery';

type Service = Readonly<Record<string, unknown>>;

describe.skipIf(!hasEngine || !hasSshd)('a project is not adopted', () => {
  let stand: AdoptStand;
  beforeAll(async () => {
    stand = await openAdoptStand();
  });
  afterAll(() => stand?.close());

  const composeOf = (web: Service, parts: object = {}) => ({
    services: { web: { image: stand.image, stop_grace_period: '1s', ...web } },
    ...parts,
  });
  const up = (web: Service, files: object = {}, ...args: string[]) =>
    stand.up({ 'compose.yaml': composeOf(web), ...files }, ...args);
  const rewrite = (compose: object) =>
    writeFileSync(join(stand.old, 'compose.yaml'), JSON.stringify(compose));
  const extra = (name: string, compose: object) => {
    const path = join(stand.lane.platform.root, name);
    writeFileSync(path, JSON.stringify(compose));
    return path;
  };

  /** What makes it impossible, the code and what the finding has to name. */
  const CASES: readonly (readonly [string, () => void, string, RegExp])[] = [
    [
      'a credential stands in its compose file',
      () => {
        up({ environment: { DB_PASSWORD: SECRET } });
      },
      'adopt/inline-credential',
      /compose\.yaml:1 .*\.env/,
    ],
    [
      'it is stopped',
      () => {
        up({});
        docker('stop', '-t', '1', `${stand.lane.project}-web-1`);
      },
      'adopt/not-running',
      /web/,
    ],
    [
      'it is built on its host',
      () => up({ build: '.' }),
      'plan/build-unsupported',
      /build/,
    ],
    [
      'its compose file was edited since it was started',
      () => {
        up({ environment: { LEVEL: 'info' } });
        rewrite(composeOf({ environment: { LEVEL: 'debug' } }));
      },
      'adopt/differs',
      /service\/web: configuration.*undo that edit/,
    ],
    [
      'a service of its compose file does not run',
      () => {
        up({});
        const { services } = composeOf({});
        rewrite({ services: { ...services, more: services.web } });
      },
      'adopt/differs',
      /create service\/more.*start it on the host/,
    ],
    [
      'a variable has no value',
      () => up({ environment: { NAME: '${NOT_THERE}' } }),
      'plan/unset-variable',
      /NOT_THERE/,
    ],
    [
      'it may do what the policy does not know',
      () => up({ pid: 'host' }),
      'plan/host-access',
      /allow_host_access: \S+: \[host-pid\]/,
    ],
    [
      'it mounts its own folder as a whole',
      () => up({ volumes: ['.:/app'] }),
      'adopt/unsupported',
      /mounts the folder/,
    ],
    [
      'a compose file lies elsewhere',
      () =>
        up(
          {},
          {},
          '-f',
          extra('more.yaml', { services: { web: { tty: true } } }),
        ),
      'adopt/unsupported',
      /more\.yaml/,
    ],
    [
      'its compose file leads to what its owner may not read',
      () => {
        up({});
        const place = join(stand.old, 'compose.yaml');
        rmSync(place);
        symlinkSync(extra('other.yaml', { 'x-word': SECRET }), place);
      },
      'adopt/unsupported',
      /compose\.yaml .* leads out/,
    ],
    [
      'it includes what lies elsewhere',
      () => {
        const path = extra('part.yaml', { services: {} });
        stand.up({ 'compose.yaml': composeOf({}, { include: [path] }) });
      },
      'plan/remote-include',
      /part\.yaml/,
    ],
    [
      'its services were started in several folders',
      () => {
        up({});
        const { web } = composeOf({}).services;
        const path = extra('other.yaml', { services: { other: web } });
        docker(
          ...['compose', '-p', stand.lane.project, '-f', path, 'up', '-d'],
        );
      },
      'adopt/unsupported',
      /other from/,
    ],
  ];

  it.each(CASES)('where %s', TIMEOUT, async (_, start, code, told) => {
    start();
    const before = [stand.incarnation(), listFolder(stand.old)];
    const run = await stand.adopt('--yes', '--json');
    const { verdict } = run.json() as { verdict: { findings: Finding[] } };
    expect(verdict).toMatchObject({ decision: 'refuse', code });
    const { exitCode } = run;
    expect(exitCode).toBe(5);
    const said = verdict.findings.map(
      ({ reason, remedy }) => `${reason} ${remedy}`,
    );
    expect(said.join('\n')).toMatch(told);
    expect(run.stdout + run.stderr).not.toContain(SECRET);
    expect(stand.lane.platform.git('status', '--porcelain')).toBe('');
    expect([stand.incarnation(), listFolder(stand.old)]).toEqual(before);
  });

  it('by a wrong name; those that are there are told', TIMEOUT, async () => {
    up({});
    const run = await adoptNamed('not-there', stand.lane.sshd.port);
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toContain('adopt/unknown-project');
    expect(run.stdout).toContain(stand.lane.project);
  });

  it('where the host does not answer', TIMEOUT, async () => {
    const run = await adoptNamed(stand.lane.project, await findFreePort());
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toContain('host/admin-unavailable');
  });

  const adoptNamed = (project: string, port: number) =>
    runCommand(
      stand.lane.platform,
      ...['adopt', project, '--host', 'demo', '--port', String(port)],
      ...['--admin', `${stand.lane.sshd.user}@${stand.lane.sshd.address}`],
      ...['--identity', stand.lane.sshd.privateKeyPath],
    );

  it.each<[string, readonly string[], number, string]>([
    ['an odd id', ['--id', 'No Id'], 2, 'input/malformed'],
    ['services that it does not have', ['--services', 'db'], 2, 'web'],
    ['no file to compare with', ['--check', '/nowhere'], 2, 'input/malformed'],
    ['nobody to ask', [], 2, 'draft/unconfirmed'],
  ])('with %s', TIMEOUT, async (_, args, exitCode, told) => {
    up({});
    const run = await stand.adopt(...args);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain(told);
    expect(stand.lane.platform.git('status', '--porcelain')).toBe('');
  });

  it('where it is not in sync, unless that is asked for', TIMEOUT, async () => {
    up({});
    rewrite(composeOf({ tty: true }));
    expect((await stand.adopt('--yes')).stdout).toContain('adopt/differs');
    const unproven = await stand.adopt('--yes', '--unproven');
    expect(unproven.exitCode).toBe(0);
    expect(unproven.stdout).toContain('adopt/differs');
    const manifest = `modules/${stand.lane.project}/module.yaml`;
    const written = stand.read(manifest);
    expect(written).toContain('driver: compose');
    // What somebody wrote there is not overwritten unasked.
    const place = join(stand.lane.platform.checkout, manifest);
    writeFileSync(place, `${written}# mine\n`);
    const again = ['--yes', '--unproven'];
    expect((await stand.adopt(...again)).stdout).toContain('draft/exists');
    expect(stand.read(manifest)).toContain('# mine');
    expect((await stand.adopt(...again, '--overwrite')).exitCode).toBe(0);
    expect(stand.read(manifest)).toBe(written);
  });
});

interface Finding {
  readonly reason: string;
  readonly remedy: string;
}
