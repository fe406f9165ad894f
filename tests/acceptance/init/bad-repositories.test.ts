import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import {
  APPS,
  codeOf,
  FORGEJO,
  GITHUB,
  HOST,
  type InitRepository,
  makeInitRepository,
  SHA,
  STATELESS,
} from '../../support/init-repository.ts';
import type { Changes } from '../../support/platform.ts';

let repository: InitRepository | undefined;
afterEach(() => repository?.close());

function open(files: Changes): InitRepository {
  repository = makeInitRepository(files);
  return repository;
}

/** What init was told must not have changed the repository. */
async function refuses(
  files: Changes,
  args: readonly string[],
): Promise<string> {
  const { git, init } = open(files);
  const run = await init(...args);
  expect(git('status', '--porcelain', '--ignored')).toBe('');
  expect(run.exitCode).toBe(2);
  return codeOf(run);
}

const WEB = { 'web/compose.yaml': STATELESS };
const URL = ['--actions-url', 'https://forge.example/ops/apply-gates'];

describe('what nobody said is asked for, never guessed', () => {
  test.each<[string, Changes, readonly string[]]>([
    ['no host', WEB, ['--forge', 'forgejo']],
    ['no forge', WEB, HOST],
    [
      'two forges',
      {
        ...WEB,
        '.forgejo/workflows/a.yml': 'a',
        '.github/workflows/a.yml': 'a',
      },
      HOST,
    ],
    ['no actions', WEB, [...HOST, '--forge', 'forgejo']],
    ['no commit of the actions', WEB, [...HOST, '--forge', 'forgejo', ...URL]],
    ['which of two hosts', WEB, [...FORGEJO, '--host', 'web2=a@b', '--yes']],
  ])('%s', async (_name, files, args) => {
    expect(await refuses(files, args)).toBe('init/undecided');
  });

  it('no terminal and no --yes: shows it all, and writes nothing', async () => {
    expect(await refuses(WEB, FORGEJO)).toBe('init/not-confirmed');
  });
});

describe('options of a wrong form', () => {
  test.each<readonly string[]>([
    ['--host', 'web1=nobody'],
    ['--place', 'web=elsewhere'],
    ['--actions-sha', 'v1.0'],
    ['--actions-sha', '0'.repeat(40)],
    ['--actions-url', 'ext::sh -c id'],
    ['--vendor', '../elsewhere'],
    ['--modules-dir', '/etc'],
    ['--branch', '-x'],
    ['--runs-on', 'a: b'],
    ['--skip', 'nothing/here'],
    ['--app', 'nothing/here.yml'],
    ['--overwrite', 'web/compose.yaml'],
    ['--known-hosts-file', 'nothing/here'],
  ])('%s %s', async (...option) => {
    const given = FORGEJO.filter(
      (each, index) => each !== option[0] && FORGEJO[index - 1] !== option[0],
    );
    const args =
      option[0] === '--vendor' ? [...HOST, '--forge', 'github'] : given;
    expect(await refuses(WEB, [...args, ...option, '--yes'])).toBe(
      'input/malformed',
    );
  });

  it('GitHub takes actions from nowhere else', async () => {
    const args = [...HOST, '--forge', 'github', ...URL, '--actions-sha', SHA];
    expect(await refuses(WEB, args)).toBe('input/malformed');
  });
});

describe('compose files that cannot be read', () => {
  test.each<[string, Changes[string]]>([
    ['broken YAML', 'services: [\n'],
    ['no mapping', '- a\n'],
    ['nothing', ''],
    ['binary', Buffer.from([0xff, 0xfe, 0])],
    ['an alias to nothing', 'services: *a\n'],
  ])('%s, unless it is left out', async (_name, content) => {
    const files = { ...WEB, 'broken/compose.yaml': content };
    expect(await refuses(files, [...FORGEJO, '--yes'])).toBe(
      'init/invalid-compose',
    );
    const run = await repository?.init(...FORGEJO, '--skip', 'broken', '--yes');
    expect(run?.json()).toMatchObject({
      verdict: { code: 'init/written' },
      modules: [{ id: 'web' }],
    });
  });
});

describe('folders and files that are in the way', () => {
  test.each<[string, Changes]>([
    ['no id', { 'modules/My App/compose.yaml': STATELESS }],
    ['nothing of a module', { 'modules/vpc/main.tf': 'x' }],
  ])('a folder among the modules with %s', async (_name, files) => {
    expect(await refuses(files, [...FORGEJO, '--yes'])).toBe(
      'init/not-a-module',
    );
    const run = await repository?.init(
      ...FORGEJO,
      '--modules-dir',
      'gated',
      '--yes',
    );
    expect(run && codeOf(run)).toBe('init/written');
    expect((await repository?.run('validate'))?.exitCode).toBe(0);
  });

  test.each<[string, Changes]>([
    ['the folder of workflows', { '.forgejo': { link: 'elsewhere' } }],
    [
      'a workflow',
      { '.forgejo/workflows/apply.yml': { link: '../../README.md' } },
    ],
    ['the policy', { '.platform/gates.yaml': { link: '../README.md' } }],
    ['.gitignore', { '.gitignore': { link: 'README.md' } }],
    ['the modules', { modules: { link: 'apps' } }],
    ['a compose file', { 'x/compose.yaml': { link: '../web/compose.yaml' } }],
  ])('%s is a link', async (_name, files) => {
    const code = await refuses({ ...WEB, ...files }, [...FORGEJO, '--yes']);
    expect(code).toBe('draft/symlinked-target');
  });

  it('a file where a folder has to be', async () => {
    const files = { ...WEB, '.platform': 'a file\n' };
    expect(await refuses(files, [...FORGEJO, '--yes'])).toBe(
      'draft/symlinked-target',
    );
  });

  it('a line of .gitignore that hides what would be written', async () => {
    const args = [...HOST, '--forge', 'github', '--vendor', 'gates', '--yes'];
    const files = { ...WEB, '.gitignore': 'dist/\n' };
    expect(await refuses(files, args)).toBe('init/ignored-target');
  });

  test.each<[string, string, Changes]>([
    [
      'policy',
      'scope/invalid-policy',
      { '.platform/gates.yaml': 'schema: 2\n' },
    ],
    [
      'manifest',
      'scope/invalid-manifest',
      { 'modules/a/module.yaml': 'id: a\n' },
    ],
  ])('a %s that is not valid', async (_name, code, files) => {
    expect(await refuses({ ...WEB, ...files }, [...FORGEJO, '--yes'])).toBe(
      code,
    );
  });
});

describe('what is no repository', () => {
  it('no git, no folder, a folder inside of one, a bare one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'apply-gates-bare-'));
    const { root, checkout } = open({ ...WEB });
    execFileSync('git', ['init', '-q', '--bare', folder]);
    try {
      for (const dir of [
        root,
        join(root, 'nowhere'),
        join(checkout, 'web'),
        folder,
      ]) {
        const run = await runCommand(
          { checkout: root },
          'init',
          dir,
          ...FORGEJO,
          '--yes',
          '--json',
        );
        expect([dir, run.exitCode, codeOf(run)]).toEqual([
          dir,
          2,
          'init/not-a-repository',
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('repositories of another kind', () => {
  it('without a compose file: policy and workflows', async () => {
    const run = await open({ 'README.md': 'x' }).init(...FORGEJO, '--yes');
    expect(run.json()).toMatchObject({
      verdict: { code: 'init/written' },
      modules: [],
    });
    expect((await repository?.run('validate'))?.exitCode).toBe(0);
  });

  it('without a commit', async () => {
    const { checkout, git, init } = open(WEB);
    git('update-ref', '-d', 'HEAD');
    expect(codeOf(await init(...FORGEJO, '--yes'))).toBe('init/written');
    expect((await runCommand({ checkout }, 'validate')).exitCode).toBe(0);
  });

  it('include and build are told: what is not seen counts as stateful', async () => {
    const run = await open({
      'a/compose.yaml': 'include: [b.yaml]\nservices: {}\n',
      'b/compose.yaml': 'services: {x: {build: .}}\n',
    }).init(...FORGEJO, '--yes');
    expect(run.json()).toMatchObject({
      modules: [
        { id: 'a', stateful: true },
        {
          id: 'b',
          stateful: true,
          notes: [expect.stringContaining('plan/build-unsupported')],
        },
      ],
    });
  });

  it('names that are no ids, and names that meet', async () => {
    const run = await open({
      'a/DB/compose.yaml': STATELESS,
      'b/db/compose.yaml': STATELESS,
      'Müll & Co/compose.yaml': STATELESS,
      '[x]*/compose.yaml': STATELESS,
      'wiki/compose.yaml': STATELESS,
      'modules/wiki/compose.yaml': STATELESS,
    }).init(...FORGEJO, '--yes');
    const { modules } = run.json() as {
      modules: { id: string; file: string }[];
    };
    expect(
      Object.fromEntries(modules.map(({ file, id }) => [file, id])),
    ).toEqual({
      'a/DB/compose.yaml': 'a-db',
      'b/db/compose.yaml': 'b-db',
      'Müll & Co/compose.yaml': 'mull-co',
      '[x]*/compose.yaml': 'x',
      'wiki/compose.yaml': 'wiki-2',
      'modules/wiki/compose.yaml': 'wiki',
    });
    expect((await repository?.run('validate'))?.exitCode).toBe(0);
  });

  it('two apps of one project: each lists its services', async () => {
    const shop = (name: string) =>
      `name: shop\nservices: {${name}: {image: nginx}}\n`;
    const run = await open({
      'a/compose.yaml': shop('web'),
      'b/compose.yaml': shop('job'),
    }).init(...GITHUB, '--yes');
    expect(run.json()).toMatchObject({ verdict: { code: 'init/written' } });
    const { git } = repository as InitRepository;
    git('add', '-A');
    expect(git('show', ':modules/a/module.yaml')).toMatch(
      /project: shop\n {2}services:\n {4}- web\n/,
    );
    expect(git('show', ':modules/b/module.yaml')).toMatch(
      /project: shop\n {2}services:\n {4}- job\n/,
    );
  });

  it('an app in the root owns what it names, and nothing else', async () => {
    const files = {
      'compose.yaml': `${STATELESS}    volumes: [./c:/c:ro]\n`,
      'c/x': 'x',
      'd/y': 'y',
    };
    const { git, init } = open(files);
    await init(...FORGEJO, '--yes');
    git('add', '-A');
    expect(git('show', ':modules/checkout/module.yaml')).toMatch(
      /paths:\n {2}- c\/\*\*\n?$/,
    );
    expect(git('show', ':.platform/gates.yaml')).toContain('- d/**');
  });

  it('what it would take away from Forgejo is told', async () => {
    const run = await open({
      ...WEB,
      '.github/workflows/ci.yml': 'on: push\n',
    }).init(...FORGEJO, '--dry-run');
    const { notes } = run.json() as { notes: string[] };
    expect(
      notes.filter((note) => note.includes('.github/workflows')),
    ).toHaveLength(1);
  });

  it('hosts that folders are called after', async () => {
    const files = {
      'web1/a/compose.yaml': STATELESS,
      'web2/b/compose.yaml': STATELESS,
      'c/compose.yaml': STATELESS,
    };
    const run = await open(files).init(
      ...FORGEJO,
      '--host',
      'web2=a@b',
      '--place',
      'c=web2',
      '--yes',
    );
    expect(run.json()).toMatchObject({
      modules: [{ id: 'c', host: 'web2' }, { host: 'web1' }, { host: 'web2' }],
    });
  });

  it('--dry-run writes nothing', async () => {
    const { git, init } = open(APPS);
    expect(codeOf(await init(...FORGEJO, '--dry-run'))).toBe('init/dry-run');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('what a killed run left is told, and no path of anything', async () => {
    const { checkout, init } = open(WEB);
    mkdirSync(join(checkout, '.apply-gates-init-left'));
    writeFileSync(join(checkout, '.apply-gates-init-left/0.last'), 'x');
    const run = await init(...FORGEJO, '--dry-run');
    expect(run.json()).toMatchObject({
      notes: [expect.stringContaining('.apply-gates-init-left')],
    });
  });
});
