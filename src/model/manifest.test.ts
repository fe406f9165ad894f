import { describe, expect, it } from 'vitest';
import { editorAccepts } from '../../tests/support/editor-schema.ts';
import { parseManifest } from './manifest.ts';

const FILE = 'modules/site/module.yaml';
const BASE = 'schema: 1\nid: site\nstateful: false\nhost: here\n';
const COMPOSE = `${BASE}driver: compose\n`;
const COMMAND = `${BASE}driver: command\ncommand: {plan: [a], apply: [b], health: [c]}\n`;

function keys(text: string): string[] {
  const result = parseManifest(FILE, text, 'site');
  return result.ok
    ? []
    : result.problems.map(({ file, line, key }) => {
        expect(file).toBe(FILE);
        expect(line).toBeGreaterThan(0);
        return key;
      });
}

/** What JSON Schema cannot say, so that an editor lets it pass. */
const ONLY_THE_MODEL = new Set([
  'another id than the folder',
  'a dependency on itself',
  'a time too short for its own samples',
]);

describe('parseManifest', () => {
  it('fills in what is not said', () => {
    const result = parseManifest(FILE, COMPOSE, 'site');
    expect(result).toMatchObject({
      ok: true,
      value: {
        auto_apply: true,
        self_hosting: false,
        renamed_from: '',
        depends_on: [],
        paths: [],
        health: { timeout: 60_000, streak: 3, interval: 2_000 },
      },
    });
  });

  it('leaves keys alone that begin with x-', () => {
    expect(keys(`${COMPOSE}x-owner: {team: web}\n`)).toEqual([]);
  });

  it.each([
    ['nothing', '', ['']],
    [
      'no word about state',
      COMPOSE.replace('stateful: false\n', ''),
      ['stateful'],
    ],
    ['a word for a boolean', COMPOSE.replace('false', 'no'), ['stateful']],
    ['an unknown key', `${COMPOSE}statefull: true\n`, ['statefull']],
    ['an unknown key inside', `${COMPOSE}compose: {fil: x}\n`, ['compose.fil']],
    ['another id than the folder', COMPOSE.replace('site', 'other'), ['id']],
    [
      'a folder of the toolkit',
      COMPOSE.replace('id: site', 'id: backups'),
      ['id'],
    ],
    ['another schema', COMPOSE.replace('schema: 1', 'schema: 2'), ['schema']],
    ['an unknown driver', `${BASE}driver: helm\n`, ['driver']],
    [
      'a command without its arguments',
      `${BASE}driver: command\n`,
      ['command'],
    ],
    ['compose beside a command', `${COMMAND}compose: {}\n`, ['compose']],
    [
      'a command beside compose',
      `${COMPOSE}command: {plan: [a], apply: [b]}\n`,
      ['command'],
    ],
    ['a string for argv', COMMAND.replace('[a]', 'a'), ['command.plan']],
    [
      'a dependency on itself',
      `${COMPOSE}depends_on: [site]\n`,
      ['depends_on'],
    ],
    [
      'an empty duration',
      `${COMPOSE}health: {timeout: 0s}\n`,
      ['health.timeout'],
    ],
    [
      'a time too short for its own samples',
      `${COMPOSE}health: {timeout: 4s}\n`,
      ['health.timeout'],
    ],
    [
      'an address with a blank',
      `${COMPOSE}health: {http: "http://a b/"}\n`,
      ['health.http'],
    ],
    [
      'an address of a file',
      `${COMPOSE}health: {http: "file:///etc/passwd"}\n`,
      ['health.http'],
    ],
    [
      'a project that is an option',
      `${COMPOSE}compose: {project: -p}\n`,
      ['compose.project'],
    ],
    [
      'a service that is an option',
      `${COMPOSE}compose: {services: [--privileged]}\n`,
      ['compose.services.0'],
    ],
  ])('%s is refused at its key', (name, text, expected) => {
    expect(keys(text)).toEqual(expected);
    expect(editorAccepts('manifest', text)).toBe(ONLY_THE_MODEL.has(name));
  });

  // THREATS 46
  it.each([
    '..',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a/',
    '/etc',
    'a\\b',
    'a\u0001b',
    '',
  ])(
    '`..`: %j is no path of a host file, a compose file or a folder',
    (path) => {
      const text = JSON.stringify(path);
      expect(keys(`${COMPOSE}host_files: [${text}]\n`)).toEqual([
        'host_files.0',
      ]);
      expect(keys(`${COMPOSE}host_dirs: [${text}]\n`)).toEqual(['host_dirs.0']);
      // From the root, /etc is a folder of the repository.
      if (path !== '/etc') {
        expect(keys(`${COMPOSE}compose: {file: ${text}}\n`)).toEqual([
          'compose.file',
        ]);
      }
    },
  );

  // THREATS 44 and 45
  it.each([
    '__proto__',
    'constructor',
    'Site',
    'si te',
    '-site',
    's\u0456te',
    'site\u200b',
    '\u202esite',
    'sit\u0065\u0301',
    'a'.repeat(64),
    '../x',
    '',
  ])('bidi and friends: %j is no id', (id) => {
    const text = JSON.stringify(id);
    expect(keys(`${COMPOSE}depends_on: [${text}]\n`)).toEqual(['depends_on.0']);
    expect(keys(COMPOSE.replace('id: site', `id: ${text}`))).toEqual(['id']);
  });
});
