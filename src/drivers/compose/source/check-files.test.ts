import fc from 'fast-check';
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

describe('the listed files', () => {
  it('are fine where nothing leads outside', () => {
    const files = {
      'compose.yaml': 'services:\n  app: {image: "app:1"}\n',
      'more.yaml': 'services:\n  app: {restart: always}\n',
      '/compose/base.yaml': 'name: other\nservices:\n  db: {image: "db:1"}\n',
    };
    const manifest =
      'compose: {file: /compose/base.yaml, files: [compose.yaml, more.yaml]}';
    expect(check(files, { manifest })).toEqual([]);
  });

  it.each<[string, Files, string]>([
    ['is not there', { 'docker-compose.yml': service('') }, ''],
    ['is a symlink', { 'compose.yaml': { link: 'a' }, a: service('') }, ''],
    ['is not there either', {}, 'compose: {file: /compose.yaml}'],
    ['is no YAML', { 'compose.yaml': 'a: [' }, ''],
    ['is nothing', { 'compose.yaml': '' }, ''],
    [
      'is one of several that is not there',
      { 'compose.yaml': service('') },
      'compose: {files: [override.yaml]}',
    ],
  ])('are refused where one %s', (_, files, manifest) => {
    expect(codes(files, { manifest })).toEqual(['plan/invalid-compose']);
  });

  it('the place is told', () => {
    const [first] = check({ 'compose.yaml': 'services:\n  a: {}\n  a: {}\n' });
    expect(first?.reason).toContain('modules/web/compose.yaml:3: ');
    expect(first?.module).toBe('web');
  });
});

describe('remote-include: what a file includes or extends', () => {
  const OUTSIDE = [
    'oci://registry.example/app:1',
    'https://example.test/compose.yaml',
    'https://example.test/app.git#main:compose.yaml',
    'git@example.test:app.git',
    'git://example.test/app',
    'ssh://example.test/app.git',
    'example.test:app.git',
    'docker:app',
    'github.com/some/app',
    '/etc/compose.yaml',
    '~/compose.yaml',
    '../../../compose.yaml',
    '${WHERE}',
    'inc-$$.yaml',
    'missing.yaml',
    'conf',
    '.',
    'link.yaml',
    'a#b.yaml',
  ];
  const files: Files = {
    ...TRACKED,
    'link.yaml': { link: 'conf/a.conf' },
    'github.com/some/app': service(''),
    'a#b.yaml': service(''),
    'inc-$$.yaml': service(''),
    'inc.yaml': service(''),
  };

  it.each(OUTSIDE)('%s is refused, however it is written', (target) => {
    const path = JSON.stringify(target);
    const forms = [
      `include: [${path}]`,
      `include: ${path}`,
      `include: [{path: ${path}}]`,
      `include:\n  - path: [inc.yaml, ${path}]`,
      `include: [{path: inc.yaml, env_file: ${path}}]`,
      `x-a: &a [${path}]\ninclude: *a`,
      `x-a: &a {include: [${path}]}\n<<: *a`,
      `services: {}\n---\ninclude: [${path}]`,
      `services:\n  a:\n    extends: {file: ${path}, service: app}`,
      `services:\n  a:\n    profiles: [off]\n    extends: {file: ${path}}`,
    ];
    for (const form of forms) {
      const found = codes({ ...files, 'compose.yaml': form });
      // What is tracked, or may be on the host, is an env file.
      const isPlain = /^(?:missing.yaml|conf|\.|link.yaml)$/.test(target);
      if (isPlain && form.includes('env_file')) continue;
      expect(found, form).toContain('plan/remote-include');
    }
  });

  it.each([
    ['https://example.test/x'],
    ['/srv'],
    ['../../..'],
    ['${X}'],
    ['nowhere'],
  ])('project_directory: %s is refused', (folder) => {
    const compose = `include: [{path: inc.yaml, project_directory: "${folder}"}]`;
    expect(codes({ ...files, 'compose.yaml': compose })).toEqual([
      'plan/remote-include',
    ]);
  });

  it('a service whose name is not known yet is refused', () => {
    for (const form of [
      '"${X}"',
      '{service: "$X"}',
      '{service: $X, file: inc.yaml}',
    ]) {
      const compose = service(`extends: ${form}`);
      expect(codes({ ...files, 'compose.yaml': compose })).toEqual([
        'plan/remote-include',
      ]);
    }
  });

  it('tracked files are followed, and may go round in a circle', () => {
    const found = codes({
      'compose.yaml': 'include: [one/a.yaml]\nservices: {}',
      'one/a.yaml': 'include: [{path: ["b.yaml"], env_file: [/dev/null]}]',
      'one/b.yaml':
        'include: [../compose.yaml]\nservices:\n  s:\n    extends: {file: ../two/c.yaml, service: t}',
      'two/c.yaml':
        'services:\n  t:\n    extends: u\n  u:\n    extends: {file: ../one/b.yaml, service: s}',
    });
    expect(found).toEqual([]);
  });

  it('what they include and extend is judged as well', () => {
    const compose = { 'compose.yaml': 'include: [one/a.yaml]' };
    const include = { 'one/a.yaml': 'include: ["oci://x/y"]' };
    expect(codes({ ...compose, ...include })).toEqual(['plan/remote-include']);
    const found = codes({
      ...compose,
      'one/a.yaml': service('extends: {file: b.yaml, service: b}'),
      'one/b.yaml': 'services: {b: {extends: {file: "git@x:y", service: c}}}',
    });
    expect(found).toEqual(['plan/remote-include']);
  });

  it('there is a bound of how many', () => {
    const many = Array.from({ length: 400 }, (_, at) => `i${at}.yaml`);
    const included = many.map((name) => [name, service('')] as const);
    const found = codes({
      ...Object.fromEntries(included),
      'compose.yaml': `include: ${JSON.stringify(many)}`,
    });
    expect(found).toEqual(['plan/invalid-compose']);
  });
});

it('garbage in every place is no exception', () => {
  const key = fc.constantFrom(
    ...['include', 'services', 'configs', 'secrets', 'volumes', 'extends'],
    ...[
      'env_file',
      'file',
      'path',
      'source',
      'type',
      'a',
      'build',
      '__proto__',
    ],
    ...['project_directory', 'service', 'post_start', 'profiles', 'required'],
  );
  const leaf = fc.constantFrom(
    '',
    'a',
    './a',
    '../..',
    '~',
    '/',
    '$',
    ':',
    null,
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, value, (services, rest) => {
      const document = { services: { s: services }, ...Object(rest) };
      const found = check({ 'compose.yaml': JSON.stringify(document) });
      for (const each of found) expect(each.remedy).not.toBe('');
    }),
    { numRuns: 300 },
  );
});
