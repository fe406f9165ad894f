import { describe, expect, it } from 'vitest';
import {
  makeComposeSubject,
  makeReleaseFiles,
  type SubjectOptions,
} from '../../../../tests/support/compose-subject.ts';
import { checkFiles } from './check-files.ts';

type Files = Parameters<typeof makeReleaseFiles>[0];

const check = (files: Files, options: SubjectOptions = {}) =>
  checkFiles(makeComposeSubject(options), makeReleaseFiles(files));

const codes = (files: Files, options: SubjectOptions = {}) =>
  check(files, options).map(({ code }) => code);

/** A compose file with one service that has one more line. */
const service = (line: string) =>
  `services:\n  app:\n    image: app:1\n    ${line}\n`;

const TRACKED: Files = {
  'module.yaml': '',
  'conf/a.conf': '',
  'app.env': '',
  'html/index.html': '',
  '/shared/logo.svg': '',
};

const WITH_HOST = { manifest: 'host_files: [.env]\nhost_dirs: [data]' };

describe('build', () => {
  it.each([
    ['build: .'],
    ['build: {context: .}'],
    ['pull_policy: build'],
    ['build: "${CONTEXT}"'],
  ])('%s is refused', (line) => {
    expect(codes({ 'compose.yaml': service(line) })).toEqual([
      'plan/build-unsupported',
    ]);
  });

  it.each([['build:'], ['build: !reset null'], ['develop: {watch: []}']])(
    '%s is none',
    (line) => {
      expect(codes({ 'compose.yaml': service(line) })).toEqual([]);
    },
  );

  it('is refused in what a service extends, and in an included file', () => {
    const built = { 'b.yaml': service('build: .') };
    for (const compose of [
      'include: [b.yaml]',
      'services: {x: {extends: {file: b.yaml, service: app}}}',
    ]) {
      expect(codes({ ...built, 'compose.yaml': compose })).toEqual([
        'plan/build-unsupported',
      ]);
    }
  });

  it("is no business of ours in a neighbour's service, or without its profile", () => {
    const compose = [
      'services:',
      '  app: {image: "a:1"}',
      '  next: {build: ., volumes: ["./nothing:/x"], privileged: true}',
    ].join('\n');
    const manifest = 'compose: {services: [app]}';
    expect(codes({ 'compose.yaml': compose }, { manifest })).toEqual([]);
    const off = service('profiles: [dev]\n    build: .');
    expect(codes({ 'compose.yaml': off })).toEqual([]);
    for (const on of ['{profiles: [dev]}', '{services: [app]}']) {
      expect(
        codes({ 'compose.yaml': off }, { manifest: `compose: ${on}` }),
      ).toEqual(['plan/build-unsupported']);
    }
    const extending = `${compose}\n  mine: {extends: next}`;
    const mine = { manifest: 'compose: {services: [mine]}' };
    expect(codes({ 'compose.yaml': extending }, mine)).toContain(
      'plan/build-unsupported',
    );
  });
});

describe('host-escape: what a file asks of the host', () => {
  it.each([
    ['provider: {type: model}', []],
    ['models: [llm]', []],
    ['credential_spec: {file: a.json}', []],
    ['use_api_socket: true', ['docker-socket']],
    ['use_api_socket: $X', ['docker-socket']],
    ['post_start: [{command: id, privileged: true}]', ['privileged']],
    ['pre_stop: [{command: id, privileged: "${X}"}]', ['privileged']],
  ] as const)('%s', (line, words) => {
    const files = { 'compose.yaml': service(line) };
    const [found, ...others] = check(files);
    expect(found?.code).toBe('plan/host-access');
    expect(others).toEqual([]);
    for (const word of words) expect(found?.remedy).toContain(`web: [${word}]`);
    const accepted = codes(files, { accepts: ['docker-socket', 'privileged'] });
    expect(accepted).toEqual(words.length > 0 ? [] : ['plan/host-access']);
  });

  it('a privileged command counts whatever profile its file names', () => {
    const line = 'profiles: [off]\n    post_start: [{privileged: true}]';
    expect(codes({ 'compose.yaml': service(line) })).toEqual([
      'plan/host-access',
    ]);
  });

  it.each([
    ['use_api_socket: false'],
    ['post_start: [{command: id}]'],
    ['post_start: [{command: id, privileged: false}]'],
    ['models: !reset []'],
  ])('%s asks for nothing', (line) => {
    expect(codes({ 'compose.yaml': service(line) })).toEqual([]);
  });
});

describe('empty-data: what is mounted or read', () => {
  const FINE = [
    'volumes: ["./conf/a.conf:/a:ro", "./html:/h", "../../shared:/s"]',
    'volumes: [./data:/d, ./data/below:/e, ./.env:/f, named:/n, /only]',
    'volumes: [{type: bind, source: data, target: /d}]',
    'volumes: [{type: volume, source: data2, target: /d}]',
    'volumes: ["${X}:/x", "./${X:-nothing}:/y", "/srv/x:/z"]',
    'volumes: ["./conf/../html//:/h"]',
    'env_file: .env',
    'env_file: [.env, app.env, ./data/x.env, /dev/null]',
    'env_file: [{path: nothing.env, required: false}]',
    'label_file: [app.env]',
  ];
  it.each(FINE)('%s', (line) => {
    const compose = `${service(line)}volumes: {named: {}, data2: {}}\n`;
    expect(check({ ...TRACKED, 'compose.yaml': compose }, WITH_HOST)).toEqual(
      [],
    );
  });

  const NOT_FINE = [
    'volumes: ["./db:/d"]',
    'volumes: ["./database:/d"]',
    'volumes: [".:/app"]',
    'volumes: ["./:/app"]',
    'volumes: ["..:/modules"]',
    'volumes: ["../..:/all"]',
    'volumes: ["../../../x:/x"]',
    'volumes: ["../other/data:/x"]',
    'volumes: ["~/x:/x"]',
    'volumes: ["~:/x"]',
    'volumes: [{type: bind, source: db, target: /d}]',
    'volumes: [{type: bind, source: ./.env/x, target: /d}]',
    'volumes: !override ["./db:/d"]',
    'env_file: other.env',
    'env_file: [{path: other.env}]',
    'env_file: [{path: other.env, required: true}]',
    'env_file: [{path: other.env, required: $X}]',
    'env_file: [{path: /etc/x.env, required: false}]',
    'env_file: [{path: ../../../x.env, required: false}]',
    'env_file: /etc/x.env',
    'env_file: ~/x.env',
    'env_file: ${X:-/etc/x.env}',
    'label_file: /etc/labels',
    'label_file: labels',
  ];
  it.each(NOT_FINE)('%s is refused', (line) => {
    const files = { ...TRACKED, 'compose.yaml': service(line) };
    expect(codes(files, WITH_HOST)).toEqual(['plan/unmanaged-bind']);
  });

  it.each([
    ['./a.conf', 'configs', 1],
    ['conf/a.conf', 'configs', 0],
    ['.env', 'secrets', 0],
    ['secret.txt', 'secrets', 1],
    ['~/secret.txt', 'secrets', 1],
    ['../../../secret.txt', 'secrets', 1],
    ['${X}', 'secrets', 0],
    ['/etc/secret', 'secrets', 0],
  ])('%s as a file of %s', (file, kind, count) => {
    const compose = `${service(`${kind}: [x]`)}${kind}: {x: {file: "${file}"}}`;
    const files = { ...TRACKED, 'compose.yaml': compose };
    expect(codes(files, WITH_HOST)).toHaveLength(count);
    const manifest = 'compose: {services: [other]}\nhost_files: [.env]';
    expect(codes(files, { manifest })).toEqual([]);
  });

  it("reads a neighbour's env files too, but not those of another profile", () => {
    const env = { 'compose.yaml': service('env_file: next.env') };
    const manifest = 'compose: {services: [other]}';
    expect(codes(env, { manifest })).toEqual(['plan/unmanaged-bind']);
    const off = { 'compose.yaml': service('env_file: x\n    profiles: [off]') };
    expect(codes(off)).toEqual([]);
    const host = service('env_file: /etc/x\n    profiles: [off]');
    expect(codes({ 'compose.yaml': host })).toEqual(['plan/unmanaged-bind']);
  });

  it('starts from the first file, an included file, or the extended one', () => {
    const at = (path: string) => `services: {s: {volumes: ["${path}:/x"]}}`;
    const tracked = { 'one/here': '', 'two/there': '' };
    const cases: [string, Files, string][] = [
      ['one/here', { 'one/c.yaml': at('./here') }, 'one/c.yaml, files: []'],
      [
        'one/here',
        { 'one/c.yaml': 'services: {}', 'two/d.yaml': at('./here') },
        'one/c.yaml, files: [two/d.yaml]',
      ],
      [
        'two/there',
        {
          'one/c.yaml': 'include: [../two/d.yaml]',
          'two/d.yaml': at('./there'),
        },
        'one/c.yaml',
      ],
      [
        'one/here',
        {
          'c.yaml': 'include: [{path: two/d.yaml, project_directory: one}]',
          'two/d.yaml': at('./here'),
        },
        'c.yaml',
      ],
      [
        'two/there',
        {
          'one/c.yaml':
            'services: {t: {extends: {file: ../two/d.yaml, service: s}}}',
          'two/d.yaml': at('./there'),
        },
        'one/c.yaml',
      ],
    ];
    for (const [needed, files, file] of cases) {
      const manifest = `compose: {file: ${file}}`;
      expect(check({ ...tracked, ...files }, { manifest })).toEqual([]);
      const others = Object.entries({ ...tracked, ...files });
      const without = Object.fromEntries(
        others.map(([path, content]) =>
          path === needed ? [`${path}-not`, content] : [path, content],
        ),
      );
      expect(codes(without, { manifest }), needed).toEqual([
        'plan/unmanaged-bind',
      ]);
    }
  });

  it('the line for the manifest is told', () => {
    const remedies = (line: string, options: SubjectOptions = WITH_HOST) =>
      check({ ...TRACKED, 'compose.yaml': service(line) }, options).map(
        ({ remedy }) => remedy,
      );
    expect(remedies('volumes: ["./db:/d"]')[0]).toContain(
      'modules/web/module.yaml: host_dirs: [data, db]',
    );
    expect(remedies('env_file: my file')[0]).toContain(
      'host_files: [.env, "my file"]',
    );
    expect(remedies('volumes: ["./x.db:/d"]', {})[0]).toContain(
      'host_files: [x.db]',
    );
    expect(remedies('volumes: [".:/app"]')[0]).toContain('./.env');
    expect(remedies('volumes: ["../../up:/d"]', {})[0]).toContain(
      'mount ./up and write in modules/web/module.yaml: host_dirs: [up]',
    );
  });
});
