import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sumOf } from '../../../src/init/workflow-file.ts';
import {
  APPS,
  codeOf,
  FORGEJO,
  HOST,
  type InitRepository,
  makeInitRepository,
  STATELESS,
} from '../../support/init-repository.ts';

const WORKFLOW = '.forgejo/workflows/auto-apply.yml';
const COPY = [...HOST, '--forge', 'forgejo', '--vendor', 'gates'] as const;

let repository: InitRepository;
beforeEach(() => {
  repository = makeInitRepository(APPS);
});
afterEach(() => repository.close());

const at = (path: string) => join(repository.checkout, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
const write = (path: string, text: string) => writeFileSync(at(path), text);

/** As an older version would have written it, with its own sum. */
function age(path: string, edit: (body: string) => string): string {
  const body = edit(read(path).replace(/^.*\n/, ''));
  const text = `# Written by apply-gates init 0.0.9, sha256:${sumOf(body)}\n${body}`;
  write(path, text);
  return text;
}
const told = (run: { json(): unknown }) =>
  run.json() as {
    kept: string[];
    changes: { path: string; change: string }[];
    diff: string;
  };

describe('workflows of an earlier run', () => {
  beforeEach(async () => {
    await repository.init(...FORGEJO, '--yes');
    repository.commit({});
  });

  it('that nobody edited are brought up to date', async () => {
    const now = read(WORKFLOW);
    age(WORKFLOW, (body) =>
      body.replace('timeout-minutes: 30', 'timeout-minutes: 5'),
    );
    const run = await repository.init(...FORGEJO, '--yes');
    expect(told(run)).toMatchObject({
      kept: [],
      changes: [{ path: WORKFLOW, change: 'update' }],
    });
    expect(read(WORKFLOW)).toBe(now);
  });

  it('of an older version are not pinned to what that was pinned to, unasked', async () => {
    const folder = '.forgejo/workflows';
    for (const name of readdirSync(at(folder))) {
      age(`${folder}/${name}`, (body) => body);
    }
    expect(codeOf(await repository.init('--yes'))).toBe('init/undecided');
  });

  it('that somebody edited stay, with the difference, until they are asked for', async () => {
    const now = read(WORKFLOW);
    const edited = now.replace('timeout-minutes: 30', 'timeout-minutes: 5');
    write(WORKFLOW, edited);
    const run = await repository.init('--yes');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({
      verdict: {
        code: 'init/nothing-to-do',
        findings: [{ code: 'init/kept' }],
      },
      kept: [WORKFLOW],
    });
    expect(told(run).diff).toContain(
      '-    timeout-minutes: 5\n+    timeout-minutes: 30',
    );
    expect(read(WORKFLOW)).toBe(edited);
    await repository.init('--overwrite', WORKFLOW, '--yes');
    expect(read(WORKFLOW)).toBe(now);
  });
});

it('a workflow of the same name that is not ours stays', async () => {
  const own = 'on: push\njobs: {}\n';
  repository.commit({ '.forgejo/workflows/backup.yml': own });
  const run = await repository.init(...FORGEJO, '--yes');
  expect(run.json()).toMatchObject({
    kept: ['.forgejo/workflows/backup.yml'],
    verdict: { code: 'init/written' },
  });
  expect(read('.forgejo/workflows/backup.yml')).toBe(own);
});

it('policy and manifests that are there stay, byte for byte; the rest comes', async () => {
  const policy =
    'schema: 1\nhosts: {web1: {transport: ssh, address: a.example, user: a}} # mine\nignore: [README.md]\n';
  const manifest =
    'schema: 1\nid: db\nstateful: true\nhost: web1\ndriver: compose # mine\n';
  repository.commit({
    '.platform/gates.yaml': policy,
    'modules/db/module.yaml': manifest,
  });
  const run = await repository.init(...FORGEJO, '--yes');
  expect(run.json()).toMatchObject({
    modules: [{ id: 'proxy' }, { id: 'wiki' }],
  });
  expect((run.json() as { notes: string[] }).notes.join()).toContain(
    '"docs/**"',
  );
  expect(read('.platform/gates.yaml')).toBe(policy);
  expect(read('modules/db/module.yaml')).toBe(manifest);
  expect((await repository.run('validate')).exitCode).toBe(0);
  const other = await repository.init('--host', 'web2=a@b', '--yes');
  expect(codeOf(other)).toBe('input/malformed');
});

it('an app that a module has already gets no second one', async () => {
  const manifest =
    'schema: 1\nid: site\nstateful: false\nhost: web1\ndriver: compose\ncompose: {file: /apps/proxy/compose.yaml}\n';
  repository.commit({ 'modules/site/module.yaml': manifest });
  const run = await repository.init(...FORGEJO, '--dry-run');
  expect(run.json()).toMatchObject({ modules: [{ id: 'wiki' }, { id: 'db' }] });
});

it('a policy that does not guard the copy is refused', async () => {
  await repository.init(...FORGEJO, '--yes');
  repository.commit({});
  const run = await repository.init('--vendor', 'gates', '--yes');
  expect(codeOf(run)).toBe('input/malformed');
  expect(repository.git('status', '--porcelain')).toBe('');
});

describe('a copy of the actions', () => {
  beforeEach(async () => {
    await repository.init(...COPY, '--yes');
  });

  it('runs by itself: its own init finds its own templates', async () => {
    expect(statSync(at('gates/dist/cli.js')).mode & 0o777).toBe(0o755);
    const run = await repository.init('--json');
    expect(codeOf(run)).toBe('init/nothing-to-do');
  });

  it('of another version loses what is not in this one, unless it was edited', async () => {
    const files = ['dist/chunks/old.js', 'dist/chunks/edited.js'];
    const lines = files.map(
      (path) => `${sumOf(`${path} as it was\n`)}  ${path}\n`,
    );
    write('gates/SHA256SUMS', read('gates/SHA256SUMS') + lines.join(''));
    for (const path of files) write(`gates/${path}`, `${path} as it was\n`);
    write('gates/dist/chunks/edited.js', 'mine\n');
    write('gates/action.yml', 'mine\n');
    const run = await repository.init('--yes');
    expect(told(run).changes).toEqual([
      { path: 'gates/SHA256SUMS', change: 'update' },
      { path: 'gates/dist/chunks/old.js', change: 'remove' },
    ]);
    expect(told(run).kept).toEqual([
      'gates/action.yml',
      'gates/dist/chunks/edited.js',
    ]);
    expect(read('gates/action.yml')).toBe('mine\n');
  });

  it('a list with a path out of it removes nothing', async () => {
    write('README.md', 'hello\n');
    const line = `${sumOf('hello\n')}  ../README.md\n`;
    write('gates/SHA256SUMS', read('gates/SHA256SUMS') + line);
    await repository.init('--yes');
    expect(read('README.md')).toBe('hello\n');
  });

  it('is not looked at for apps', async () => {
    writeFileSync(at('gates/compose.yaml'), STATELESS);
    const run = await repository.init('--dry-run');
    expect(run.json()).toMatchObject({ modules: [] });
  });
});

it('what is deleted comes again, and nothing else is touched', async () => {
  await repository.init(...FORGEJO, '--yes');
  repository.commit({});
  rmSync(at(WORKFLOW));
  rmSync(at('modules/wiki/module.yaml'));
  await repository.init('--yes');
  expect(repository.git('status', '--porcelain')).toBe('');
});
