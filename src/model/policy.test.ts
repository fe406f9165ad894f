import { describe, expect, it } from 'vitest';
import { editorAccepts } from '../../tests/support/editor-schema.ts';
import { parsePolicy } from './policy.ts';
import { backupRootOf, modeOf } from './policy-defaults.ts';

const FILE = '.platform/gates.yaml';
const BASE = 'schema: 1\nhosts:\n  here: {transport: local}\n';
const ssh = (more: string) =>
  `schema: 1\nhosts:\n  web: {transport: ssh, address: web.example.org, user: deploy, ${more}}\n`;

function keys(text: string): string[] {
  const result = parsePolicy(FILE, text);
  return result.ok
    ? []
    : result.problems.map(({ file, line, key }) => {
        expect(file).toBe(FILE);
        expect(line).toBeGreaterThan(0);
        return key;
      });
}

describe('parsePolicy', () => {
  it('fills in what is not said, as the contract has it', () => {
    const result = parsePolicy(FILE, BASE);
    expect(result).toMatchObject({
      ok: true,
      value: {
        mode: 'observe',
        modules_dir: 'modules',
        state: { branch: 'platform-state' },
        approval: { min_approvals: 0, allow_self_approval: false },
        stateful: { max_age: 86_400_000 },
        limits: {
          max_modules: 10,
          max_deleted_files: 200,
          max_changed_files: 20_000,
          max_changed_lines: 300,
        },
        control: ['.forgejo/**', '.github/**', '.platform/**'],
        sacred: { commands: ['down -v', 'volume rm', 'system prune'] },
        hosts: {
          here: {
            port: 22,
            known_hosts: '.platform/known_hosts',
            runtime_root: '/opt/apply-gates',
          },
        },
      },
    });
  });

  it('a host may have a mode of its own', () => {
    const text = `${BASE}  other: {transport: local, mode: apply, runtime_root: /srv/x}\n`;
    const result = parsePolicy(FILE, text);
    if (!result.ok) throw new Error('not a policy');
    const { here, other } = result.value.hosts;
    if (!here || !other) throw new Error('no hosts');
    expect(modeOf(result.value, here)).toBe('observe');
    expect(modeOf(result.value, other)).toBe('apply');
    expect(backupRootOf(result.value, other)).toBe('/srv/x/backups');
  });

  it.each([
    ['nothing', '', ['']],
    ['no hosts', 'schema: 1\nhosts: {}\n', ['hosts']],
    ['no schema', BASE.replace('schema: 1\n', ''), ['schema']],
    ['an unknown key', `${BASE}modes: apply\n`, ['modes']],
    ['an unknown mode', `${BASE}mode: yolo\n`, ['mode']],
    [
      'an ssh host without address and user',
      'schema: 1\nhosts: {web: {transport: ssh}}\n',
      ['hosts.web.address', 'hosts.web.user'],
    ],
    [
      'a limit that is none',
      `${BASE}limits: {max_modules: 0}\n`,
      ['limits.max_modules'],
    ],
    [
      'a limit that is a word',
      `${BASE}limits: {max_modules: "10"}\n`,
      ['limits.max_modules'],
    ],
    [
      'a branch that is an option',
      `${BASE}state: {branch: --force}\n`,
      ['state.branch'],
    ],
    [
      'a branch that leads away',
      `${BASE}state: {branch: a..b}\n`,
      ['state.branch'],
    ],
    [
      'a branch with a blank',
      `${BASE}state: {branch: "a b"}\n`,
      ['state.branch'],
    ],
    ['a short commit', `${BASE}approval: {since: abc}\n`, ['approval.since']],
    ['modules outside', `${BASE}modules_dir: ../x\n`, ['modules_dir']],
    [
      'a root that is relative',
      `${BASE}stateful: {backup_root: backups}\n`,
      ['stateful.backup_root'],
    ],
    [
      'a root that climbs',
      `${BASE}stateful: {backup_root: /srv/../etc}\n`,
      ['stateful.backup_root'],
    ],
    ['sharing with nobody', `${BASE}shared: {"a/**": []}\n`, ['shared.a/**']],
    [
      'sharing with no id',
      `${BASE}shared: {"a/**": ["../x"]}\n`,
      ['shared.a/**.0'],
    ],
    ['an unbounded glob', `${BASE}ignore: ["*(a|b)"]\n`, ['ignore.0']],
    ['a glob that climbs', `${BASE}control: ["../**"]\n`, ['control.0']],
    [
      'a host access that is none',
      `${BASE}allow_host_access: {a: [root]}\n`,
      ['allow_host_access.a.0'],
    ],
    [
      'a host access that is too much',
      `${BASE}allow_host_access: {a: [/, "cap:", "cap:x", "runtime:a b", "gpus:1"]}\n`,
      [0, 1, 2, 3, 4].map((at) => `allow_host_access.a.${at}`),
    ],
    [
      'a reserved host name',
      'schema: 1\nhosts: {constructor: {transport: local}}\n',
      [''],
    ],
  ])('%s is refused at its key, by an editor too', (_name, text, expected) => {
    expect(keys(text)).toEqual(expected);
    expect(editorAccepts('policy', text)).toBe(false);
  });

  // THREATS 17
  it.each([
    'address: -oProxyCommand=id',
    'address: "a;b"',
    'address: "a\\nb"',
    'address: "a b"',
    'address: "user@host"',
    'address: "$(id)"',
    'port: 0',
    'port: 65536',
    'port: "22 -o x"',
    'user: -l',
    'user: "a;b"',
    'user: "a b"',
    'known_hosts: /etc/passwd',
    'known_hosts: ../known_hosts',
    'runtime_root: "/opt/$(id)"',
    'runtime_root: opt',
    'identity_file: "a\\nb"',
  ])('ssh-injection: %s is refused', (setting) => {
    const key = setting.split(':')[0];
    const text = ssh(setting).replace(
      key === 'address' ? 'address: web.example.org, ' : /^$/,
      '',
    );
    const written = key === 'user' ? text.replace('user: deploy, ', '') : text;
    expect(keys(written)).toEqual([`hosts.web.${key}`]);
    expect(editorAccepts('policy', written)).toBe(false);
  });
});
