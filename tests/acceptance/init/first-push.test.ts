import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  APPS,
  codeOf,
  FORGEJO,
  GITHUB,
  HOST,
  type InitRepository,
  makeInitRepository,
  STATELESS,
} from '../../support/init-repository.ts';

let repository: InitRepository;
beforeEach(() => {
  repository = makeInitRepository(APPS);
});
afterEach(() => repository.close());

const read = (path: string) =>
  readFileSync(join(repository.checkout, path), 'utf8');
const paths = () => repository.git('ls-files').split('\n');

/** Changes every file that is no control path. */
function touchAll(): void {
  const control = /^\.(?:forgejo|github|platform)\/|^tools\/gates\//;
  const touched = paths().filter((path) => !control.test(path));
  for (const path of touched) {
    writeFileSync(join(repository.checkout, path), `${read(path)}\n`);
  }
  repository.commit({});
}

describe.each([
  ['Forgejo', FORGEJO],
  ['GitHub', GITHUB],
  [
    'Forgejo, with a copy',
    [...HOST, '--forge', 'forgejo', '--vendor', 'tools/gates'],
  ],
  [
    'GitHub, with a copy',
    [...HOST, '--forge', 'github', '--vendor', '.platform/gates'],
  ],
])('what it writes for %s', (_name, options) => {
  it('is valid, clean, and lets the first push through', async () => {
    expect(codeOf(await repository.init(...options, '--yes'))).toBe(
      'init/written',
    );
    expect((await repository.run('validate')).exitCode).toBe(0);
    const lint = await repository.run('lint', '--json');
    expect(lint.json()).toMatchObject({
      verdict: { code: 'lint/clean' },
      findings: [],
    });

    // The push that brings the policy cannot be judged by it.
    repository.commit({});
    expect(codeOf(await repository.run('scope', '--json'))).toBe(
      'scope/no-policy',
    );
    touchAll();
    const scope = await repository.run('scope', '--json');
    expect(scope.exitCode).toBe(0);
    expect(scope.json()).toMatchObject({
      verdict: { code: 'scope/eligible' },
      outputs: { modules: ['db', 'proxy', 'wiki'], eligible: ['proxy'] },
    });
  });

  it('is all there: a second time there is nothing to do', async () => {
    await repository.init(...options, '--yes');
    repository.commit({});
    expect(codeOf(await repository.init(...options, '--yes'))).toBe(
      'init/nothing-to-do',
    );
    expect(codeOf(await repository.init())).toBe('init/nothing-to-do');
    expect(repository.git('status', '--porcelain')).toBe('');
  });
});

it('says what is new to nobody: a path of tomorrow is not ignored', async () => {
  await repository.init(...FORGEJO, '--yes');
  repository.commit({});
  repository.commit({ 'apps/new/compose.yaml': STATELESS });
  expect(codeOf(await repository.run('scope', '--json'))).toBe(
    'scope/unclassified-path',
  );
  const again = await repository.init();
  expect(codeOf(again)).toBe('init/not-confirmed');
  expect(again.json()).toMatchObject({
    changes: [{ path: 'modules/new/module.yaml' }],
  });
});

it('guesses stateful from what it sees, and says so', async () => {
  const run = await repository.init(...FORGEJO, '--yes');
  const { modules } = run.json() as {
    modules: { id: string; stateful: boolean; because: string[] }[];
  };
  expect(modules.map(({ id, stateful }) => [id, stateful])).toEqual([
    ...[
      ['proxy', false],
      ['wiki', true],
      ['db', true],
    ],
  ]);
  expect(modules.every(({ because }) => because.length > 0)).toBe(true);
  expect(parse(read('modules/wiki/module.yaml'))).toEqual({
    ...{
      schema: 1,
      id: 'wiki',
      stateful: true,
      host: 'web1',
      driver: 'compose',
    },
    compose: {
      file: '/apps/wiki/docker-compose.yml',
      files: ['/apps/wiki/docker-compose.override.yml'],
    },
    paths: ['apps/wiki/**'],
  });
  expect(parse(read('modules/db/module.yaml'))).toMatchObject({
    ...{ stateful: true, compose: {}, host_dirs: ['init'] },
  });
  expect(parse(read('.platform/gates.yaml'))).toEqual({
    ...{ schema: 1, mode: 'observe' },
    hosts: {
      web1: { transport: 'ssh', address: 'web1.example.org', user: 'deploy' },
    },
    ignore: ['.gitignore', 'README.md', 'apps/notes.md', 'docs/**'],
  });
});

it('keeps secrets and data out of git, and every line of .gitignore', async () => {
  repository.commit({ '.gitignore': '*.log\n# mine\ndata/' });
  writeFileSync(join(repository.checkout, 'apps/proxy/.env'), 'TOKEN=hidden\n');
  writeFileSync(
    join(repository.checkout, 'apps/proxy/.env.example'),
    'TOKEN=\n',
  );
  const run = await repository.init(...FORGEJO, '--yes');
  expect(run.stdout).not.toContain('hidden');
  const lines = read('.gitignore').split('\n');
  expect(lines.slice(0, 3)).toEqual(['*.log', '# mine', 'data/']);
  // What a bind would make of ./data cannot be seen: the line is there twice.
  expect(lines.slice(4)).toEqual([
    ...['/apps/proxy/.env', '/apps/wiki/.env', '/apps/wiki/data'],
    ...['/modules/db/init', ''],
  ]);
  repository.git('add', '-A');
  expect(paths()).not.toContain('apps/proxy/.env');
  expect(paths()).toContain('apps/proxy/.env.example');
});

it('takes the default branch of the repository', async () => {
  repository.git('checkout', '-qb', 'trunk');
  await repository.init(...FORGEJO, '--runs-on', 'docker', '--yes');
  const { on, jobs } = parse(read('.forgejo/workflows/auto-apply.yml'));
  expect(on.push.branches).toEqual(['trunk']);
  expect(jobs['auto-apply']['runs-on']).toBe('docker');
});
