import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import {
  type ArtifactService,
  startArtifactService,
} from '../../support/artifact-service.ts';
import {
  type ArtifactJob,
  type ArtifactStand,
  JOB_TOKEN,
  makeStatus,
  openArtifactStand,
} from '../../support/artifact-stand.ts';
import { readZip } from '../../support/read-zip.ts';
import type { BundleRun } from '../../support/run-bundle.ts';

let stand: ArtifactStand;
let service: ArtifactService;
let job: ArtifactJob;

beforeAll(async () => {
  stand = await openArtifactStand();
  stand.writeState(makeStatus());
});
afterAll(() => stand.close());
beforeEach(async () => {
  service = await startArtifactService('forgejo');
  job = await stand.begin('forgejo');
});
afterEach(() => service.close());

function write(path: string, content: string | Buffer): void {
  const target = join(job.workspace, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

const upload = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) => job.upload(inputs, { ...service.env, ...env });

/** Texts of the named files that were uploaded, by their paths. */
function uploaded(): Record<string, string> {
  const [artifact] = service.artifacts.values();
  const entries = artifact?.zip ? [...readZip(artifact.zip)] : [];
  return Object.fromEntries(
    entries.flatMap(([path, { text }]) =>
      path.startsWith('workspace/') ? [[path.slice(10), text]] : [],
    ),
  );
}

function codesOf(run: BundleRun): string[] {
  const verdict = JSON.parse(run.outputs['verdict'] ?? '');
  return verdict.findings.map(({ code }: { code: string }) => code);
}

describe('links', () => {
  it('are not followed, wherever they lead', async () => {
    const outside = join(stand.platform.root, 'outside.txt');
    writeFileSync(outside, 'of another job\n');
    write('files/plain.txt', 'plain\n');
    const link = (target: string, path: string) =>
      symlinkSync(target, join(job.workspace, path));
    link(outside, 'files/away.txt');
    link('plain.txt', 'files/near.txt');
    link('../files', 'files/loop');
    link(dirname(outside), 'elsewhere');
    link('files', 'alias');
    const run = await upload({
      paths: 'files/**\nelsewhere/outside.txt\nalias/plain.txt',
    });
    expect(run.outputs['code']).toBe('artifact/uploaded');
    expect(uploaded()).toEqual({ 'files/plain.txt': 'plain\n' });
    expect(codesOf(run)).toContain('artifact/left-out');
    expect(JSON.stringify(run)).not.toContain('of another job');
  });

  it('to a folder outside are an error where a glob begins there', async () => {
    symlinkSync(stand.platform.root, join(job.workspace, 'elsewhere'));
    const run = await upload({ paths: 'elsewhere/*' });
    expect(run.exitCode).toBe(2);
    expect(service.requests).toEqual([]);
  });
});

it.each(['../outside.txt', '/etc/hostname', '/etc/*', 'a/../../*'])(
  'paths: %j lies outside and is refused',
  async (paths) => {
    const run = await upload({ paths });
    expect(run.exitCode).toBe(2);
    expect(run.outputs['code']).toBe('input/malformed');
    expect(service.requests).toEqual([]);
  },
);

describe('what looks like a key', () => {
  const key = ['-----BEGIN', 'OPENSSH PRIVATE KEY-----\nabc\n'].join(' ');

  it.each([
    ['.env', 'A=b\n'],
    ['deploy/id_ed25519', 'x\n'],
    ['tls/server.pem', 'x\n'],
    ['tls/server.KEY', 'x\n'],
    ['infra/terraform.tfstate', '{}\n'],
    ['.ssh/config', 'x\n'],
    ['notes.txt', `see\n${key}`],
    ['dump.bin', Buffer.from([0x30, 0x82, 0xff, 0xfe])],
    ['wide.txt', Buffer.from('\ufeffpassword=abcdefgh', 'utf16le')],
  ])('%s stays out, and is told', async (path, content) => {
    write(path, content);
    const run = await upload({ paths: path });
    expect(run.exitCode).toBe(0);
    expect(uploaded()).toEqual({});
    expect(codesOf(run)).toContain('artifact/left-out');
  });

  it('stays out of a glob over everything, .git with it', async () => {
    write('id_rsa.pub', 'ssh-rsa AAAA\n');
    write('.env.production', 'A=b\n');
    const run = await upload({ paths: '**' });
    expect(run.outputs['code']).toBe('artifact/uploaded');
    expect(Object.keys(uploaded()).sort()).toEqual([
      '.platform/gates.yaml',
      'README.md',
      'id_rsa.pub',
    ]);
  });
});

it('redact-known: secrets of the step are in no file of the artifact', async () => {
  const secret = 'b0r1ng%but/secret=1';
  write('a.txt', `x ${secret} y\nGITHUB ${JOB_TOKEN}\n`);
  write('b.json', JSON.stringify({ deep: [secret], url: `${service.token}` }));
  write('c.jsonl', `{"a":${JSON.stringify(secret)}}\n{"b":1}\n`);
  write('d.txt', `${Buffer.from(`-${secret}`).toString('base64')}\n`);
  write('e.json', '{ "password" : "hunter22",  "n": 1 }\n');
  write('f.json', '{ "kept" : "as it is" }\n');
  stand.writeState(makeStatus({ last_apply_actor: secret }));
  const run = await upload({ paths: '*' }, { MY_API_TOKEN: secret });
  expect(run.outputs['code']).toBe('artifact/uploaded');
  const [artifact] = service.artifacts.values();
  const texts = [...readZip(artifact?.zip ?? Buffer.alloc(0))];
  for (const [, { text }] of texts) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(JOB_TOKEN);
    expect(text).not.toContain(service.token);
    expect(text).not.toContain('hunter22');
    expect(text).not.toContain('YjByMW5n');
  }
  expect(uploaded()).toMatchObject({
    'a.txt': 'x *** y\nGITHUB ***\n',
    'c.jsonl': '{"a":"***"}\n{"b":1}\n',
    'f.json': '{ "kept" : "as it is" }\n',
  });
  const contents = new Map(texts).get('contents.json')?.text ?? '';
  const listed = JSON.parse(contents).files as {
    path: string;
    redacted: boolean;
  }[];
  expect(
    Object.fromEntries(listed.map(({ path, redacted }) => [path, redacted])),
  ).toMatchObject({
    'workspace/a.txt': true,
    'workspace/f.json': false,
    '.platform/state/modules/web.status.json': true,
  });
});

it('what is too large, no file, or cannot be named stays out', async () => {
  write('large.txt', Buffer.alloc(8 * 1024 * 1024 + 1, 'a'));
  write('odd:name.txt', 'x\n');
  write(`ghp_${'a1B2'.repeat(9)}.txt`, 'x\n');
  write('fine.txt', 'x\n');
  linkSync(join(job.workspace, 'fine.txt'), join(job.workspace, 'twin.txt'));
  execFileSync('mkfifo', [join(job.workspace, 'pipe.txt')]);
  const run = await upload({ paths: '*.txt' });
  expect(run.outputs['code']).toBe('artifact/uploaded');
  expect(uploaded()).toEqual({ 'fine.txt': 'x\n', 'twin.txt': 'x\n' });
  expect(run.stdout).not.toContain('ghp_');
});

it('an artifact holds 32 MiB at most', async () => {
  for (let index = 0; index < 6; index += 1) {
    write(`big/${index}.txt`, Buffer.alloc(7 * 1024 * 1024, 'a'));
  }
  const run = await upload({ paths: 'big/*' });
  expect(run.outputs['code']).toBe('artifact/uploaded');
  expect(Object.keys(uploaded())).toEqual(
    [0, 1, 2, 3].map((n) => `big/${n}.txt`),
  );
  expect(codesOf(run)).toContain('artifact/left-out');
});

describe('if-no-files-found', () => {
  it.each([
    ['warn', 0, 'artifact/uploaded', ['artifact/nothing-found']],
    ['ignore', 0, 'artifact/uploaded', []],
    ['error', 9, 'artifact/missing', ['artifact/missing']],
  ])('%s', async (wanted, exit, code, findings) => {
    const run = await upload({
      paths: 'gone/*.txt\nREADME.md',
      'if-no-files-found': wanted,
    });
    expect(run.exitCode).toBe(exit);
    expect(run.outputs['code']).toBe(code);
    expect(codesOf(run)).toEqual(findings);
    // What is there is wanted all the more.
    expect(uploaded()).toEqual({ 'README.md': 'x' });
  });
});

it.each([
  [{ name: 'a/b' }],
  [{ name: '..' }],
  [{ name: 'a\n::error::b' }],
  [{ 'retention-days': '0' }],
  [{ 'retention-days': '1e2' }],
  [{ 'if-no-files-found': 'Warn' }],
  [{ paths: '!README.md' }],
  [{ paths: '[1]' }],
  [{ paths: '*(*(*(a|b)))' }],
  [{ paths: 'x\n'.repeat(51) }],
])('inputs like %j are refused, and nothing is sent', async (inputs) => {
  const run = await upload(inputs as unknown as Record<string, string>);
  expect(run.exitCode).toBe(2);
  expect(run.outputs['code']).toBe('input/malformed');
  expect(service.requests).toEqual([]);
});
