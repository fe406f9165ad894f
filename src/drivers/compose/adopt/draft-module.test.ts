import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { type DraftRequest, draftModule } from './draft-module.ts';
import { findNamedPaths } from './named-paths.ts';
import type { HostPath, RunningContainer } from './running-project.ts';

const FOLDER = '/opt/wiki';

const makeContainer = (
  parts: Partial<RunningContainer> = {},
): RunningContainer => ({
  id: 'a'.repeat(64),
  name: 'wiki-web-1',
  service: 'web',
  configFiles: [`${FOLDER}/compose.yaml`],
  folder: FOLDER,
  image: 'web:1',
  state: 'running',
  exitCode: 0,
  startedAt: '2026-05-16T11:00:00Z',
  restart: 'always',
  mounts: [],
  ...parts,
});

const mount = (
  source: string,
  target: string,
  { type = 'bind', writable = true } = {},
) => ({ source, target, type, writable });

/** Content of files by path; a folder ends in a slash, null is a device. */
type Files = Readonly<Record<string, string | null>>;

interface Given extends Partial<DraftRequest> {
  readonly compose?: string;
  readonly there?: Files;
  readonly containers?: readonly RunningContainer[];
  readonly listing?: readonly string[];
  readonly fixed?: readonly string[];
}

function draft(given: Given = {}) {
  const { compose = 'services: {web: {image: web}}\n', there = {} } = given;
  const all: Files = { 'compose.yaml': compose, ...there };
  const found = new Map<string, HostPath>(
    Object.entries(all).map(([path, text]) => [
      path.replace(/\/$/, ''),
      path.endsWith('/')
        ? { kind: 'folder', content: undefined }
        : {
            kind: text === null ? 'other' : 'file',
            content: text === null ? undefined : Buffer.from(text),
          },
    ]),
  );
  const contents = new Map(
    [...found].flatMap(([path, { content }]) =>
      content ? [[path, content] as const] : [],
    ),
  );
  const { services } = given;
  const files = ['compose.yaml'];
  return draftModule({
    ...{ id: 'wiki', host: 'web1', project: 'wiki', folder: FOLDER, files },
    ...{ services, takenBy: undefined, moduleFolder: 'modules/wiki' },
    present: undefined,
    ...{ runtimeRoot: '/opt/apply-gates', user: 'deploy' },
    find: (path) => found.get(path),
    named: findNamedPaths({ folder: FOLDER, files, contents, services }),
    running: {
      containers: given.containers ?? [makeContainer()],
      paths: new Map(),
      listing: given.listing ?? [...found.keys()],
      ...{ linked: '', fixed: given.fixed ?? [], isNear: true },
    },
    ...given,
  });
}

function drafted(given: Given = {}) {
  const result = draft(given);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  const { files, manifest, notes } = result.draft;
  return { manifest, notes, files: files.map(({ path }) => path) };
}

const refusals = (given: Given) => {
  const result = draft(given);
  return result.ok ? [] : result.findings.map(({ code }) => code);
};

describe('the module that a running project is', () => {
  it('is stateless, and has no folder to take over, where nothing is kept', () => {
    const { files, manifest, notes } = drafted();
    expect(files).toEqual([
      'modules/wiki/module.yaml',
      'modules/wiki/compose.yaml',
    ]);
    expect(manifest).toMatchObject({ stateful: false });
    expect(manifest.compose?.project_directory).toBe('');
    expect(manifest.backup).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('tells apart what is in git and what is on the host', () => {
    const { files, manifest } = drafted({
      compose: `
include: [{path: ./part.yaml, env_file: part.env}]
services:
  web:
    image: web
    env_file: [{path: web.env}]
    volumes:
      - ./read.conf:/read.conf:ro
      - ./token.conf:/token.conf:ro
      - ./tls.pem:/tls.pem:ro,z
      - ./written.conf:/written.conf
      - {type: bind, source: ./long.conf, target: /long.conf, read_only: true}
      - ./data/:/data
      - ./data/inner:/inner
      - ./gone:/gone
configs: {app: {file: ./app.conf}}
secrets: {word: {file: ./word}}
`,
      there: {
        'part.yaml': 'services: {two: {image: two, env_file: two.env}}\n',
        'read.conf': 'a=b',
        'token.conf': 'token = abcdefgh',
        'tls.pem': 'x',
        'written.conf': 'a=b',
        'long.conf': 'a=b',
        'app.conf': 'a=b',
        ...{ 'data/': '', 'data/inner/': '', word: 'x' },
        ...{ '.env': 'x', 'part.env': 'x', 'two.env': 'x', 'web.env': 'x' },
      },
      listing: ['.env', 'notes'],
    });
    expect(files.map((path) => path.slice('modules/wiki/'.length))).toEqual([
      ...['module.yaml', 'app.conf', 'compose.yaml', 'long.conf'],
      ...['part.yaml', 'read.conf'],
    ]);
    expect(manifest.host_files).toEqual([
      ...['.env', 'part.env', 'tls.pem', 'token.conf', 'two.env'],
      ...['web.env', 'word', 'written.conf'],
    ]);
    expect(manifest.host_dirs).toEqual(['data']);
    expect(manifest.compose?.project_directory).toBe(FOLDER);
  });

  test.each([
    ['a named volume', [mount('wiki_rows', '/rows', { type: 'volume' })], {}],
    ['a folder elsewhere', [mount('/srv/media', '/media')], {}],
    ['a database', [], { image: 'registry.example/postgres:16-alpine' }],
  ])('is stateful with %s', (_, mounts, parts) => {
    const containers = [makeContainer({ mounts, ...parts })];
    expect(drafted({ containers }).manifest.stateful).toBe(true);
  });

  test.each([
    ['a socket', mount('/run/app.sock', '/app.sock')],
    ['what is read only', mount('/etc/zone', '/zone', { writable: false })],
  ])('is not stateful for %s', (_, each) => {
    const containers = [makeContainer({ mounts: [each] })];
    expect(drafted({ containers }).manifest.stateful).toBe(false);
  });

  test.each([
    ['postgres:16', { class: 'postgres', service: 'web' }],
    ['valkey/valkey:8', { class: 'redis', service: 'web' }],
    ['mariadb:11', { class: 'volume' }],
    ['web:1', { class: 'volume' }],
  ])('is backed up as %s is', (image, backup) => {
    const rows = mount('wiki_rows', '/rows', { type: 'volume' });
    const containers = [makeContainer({ image, mounts: [rows] })];
    expect(drafted({ containers }).manifest.backup).toMatchObject(backup);
  });

  it('names the profiles of what runs, and what has ended', () => {
    const { manifest } = drafted({
      compose:
        'services: {web: {image: web, profiles: [live, all]}, job: {image: web}}',
      containers: [
        makeContainer(),
        makeContainer({ service: 'job', state: 'exited', restart: 'no' }),
      ],
    });
    expect(manifest.compose).toMatchObject({
      profiles: ['live'],
      oneshot: ['job'],
    });
  });

  it('says which data no backup would see, and what stays behind', () => {
    const nameless = mount('0'.repeat(64), '/rows', { type: 'volume' });
    const bound = mount(`${FOLDER}/data`, '/data');
    const { notes } = drafted({
      containers: [makeContainer({ mounts: [nameless, bound] })],
      there: { 'data/': '', 'notes.txt': 'mine' },
    });
    expect(notes.join('\n')).toMatch(/volume without a name at \/rows/);
    expect(notes.join('\n')).toMatch(/before-apply-gates: notes\.txt$/);
  });

  const other = makeContainer({ service: 'other' });
  const bound = mount(`${FOLDER}/data`, '/data');
  test.each<[string, Given, string[]]>([
    [
      'a credential is written in a file that is included',
      {
        compose: 'include: [./part.yaml]\n',
        there: { 'part.yaml': 'x-a: {PASSWORD: hunter2}\n' },
      },
      ['adopt/inline-credential'],
    ],
    [
      'its compose file is gone',
      { find: () => undefined },
      ['adopt/unsupported'],
    ],
    [
      'it mounts a device of its folder',
      {
        compose: 'services: {web: {volumes: [./tty:/tty]}}',
        there: { tty: null },
      },
      ['adopt/unsupported'],
    ],
    [
      'its id is a word of ours',
      { id: 'backups', moduleFolder: 'modules/backups' },
      ['adopt/unsupported'],
    ],
    [
      'a neighbour mounts something of the folder that it takes',
      {
        services: ['web'],
        containers: [
          makeContainer({ mounts: [bound] }),
          { ...other, mounts: [bound] },
        ],
        there: { 'data/': '' },
      },
      ['adopt/unsupported'],
    ],
    [
      'the user of the lanes may not move what it has',
      {
        containers: [makeContainer({ mounts: [bound] })],
        there: { 'data/': '' },
        fixed: ['/opt', `${FOLDER}/data`],
      },
      ['adopt/unsupported'],
    ],
    [
      'the folder that it mounts something of is that of another module',
      {
        containers: [makeContainer({ mounts: [bound] })],
        there: { 'data/': '' },
        takenBy: 'shop-web',
      },
      ['adopt/unsupported'],
    ],
  ])('is none where %s', (_, given, codes) => {
    expect(refusals(given)).toEqual(codes);
  });

  it('does not get the folder of another one for its variables', () => {
    const { manifest } = drafted({
      there: { '.env': 'x' },
      listing: ['.env'],
      takenBy: 'shop-web',
    });
    expect(manifest.host_files).toEqual(['.env']);
    expect(manifest.compose?.project_directory).toBe('');
  });

  it('says in its manifest where it comes from', () => {
    const result = draft();
    const [manifest] = result.ok ? result.draft.files : [];
    expect(String(manifest?.content)).toMatch(/^# Taken over from \/opt\/wiki/);
    expect(parse(String(manifest?.content))).toMatchObject({ host: 'web1' });
  });
});
