import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectRefusal } from '../support/expect-refusal.ts';
import { pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane } from '../support/lane.ts';
import type { Changes } from '../support/platform.ts';

const MANIFEST = 'modules/web/module.yaml';
const POLICY = '.platform/gates.yaml';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

const manifest = (change: (text: string) => string): Changes => ({
  [MANIFEST]: change(lane.platform.git('show', `HEAD:${MANIFEST}`)),
});
const added = (line: string) => manifest((text) => `${text}\n${line}\n`);
const replaced = (from: string, to: string) =>
  manifest((text) => text.replace(from, to));

describe('a manifest', () => {
  it.each<[string, () => Changes]>([
    ['is missing', () => ({ 'modules/new/compose.yaml': 'x' })],
    ['is not YAML', () => manifest(() => '{{{')],
    ['is empty', () => manifest(() => '')],
    ['is no text', () => ({ [MANIFEST]: Buffer.from([0xff, 0xfe, 0x00]) })],
    ['is a link', () => ({ [MANIFEST]: { link: '/etc/passwd' } })],
    [
      'does not say whether it is stateful',
      () => replaced('stateful: false', ''),
    ],
    ['has an unknown key', () => added('statefull: true')],
    ['has a key twice', () => added('stateful: true')],
    ['has a second document', () => added('---\nid: web')],
    ['has a tag', () => replaced('id: web', 'id: !!js/function web')],
    ['has another id', () => replaced('id: web', 'id: site')],
    ['has a hostile id', () => replaced('id: web', 'id: "../web"')],
    [
      'names no host of the policy',
      () => replaced('host: demo', 'host: other'),
    ],
    [
      'depends on itself',
      () => replaced('depends_on: []', 'depends_on: [web]'),
    ],
    [
      'depends on nobody known',
      () => replaced('depends_on: []', 'depends_on: [none]'),
    ],
    ['holds a glob bomb', () => added('paths: ["*(*(*(a|b)))"]')],
    ['leaves its folder', () => added('host_files: ["../../etc/passwd"]')],
    ['is an alias bomb', () => manifest(() => aliasBomb())],
  ])('%s', async (_what, changes) => {
    await expectRefusal(lane, () => lane.push(changes()), [
      'scope',
      'scope/invalid-manifest',
    ]);
  });

  it('of a folder that cannot be an id', async () => {
    const files = {
      'modules/__proto__/module.yaml': 'schema: 1\nid: __proto__\n',
    };
    const before = lane.listHost();
    const run = await lane.push(files);
    expect(run.exitCode).not.toBe(0);
    expect(run.codes['scope']).toMatch(
      /invalid-manifest|unclassified-path|unsupported-entry/,
    );
    expect(lane.listHost()).toEqual(before);
  });

  it.each([['a submodule', { '160000': 'modules/web/sub' }]])(
    'beside %s',
    async (_what, entry) => {
      const { git } = lane.platform;
      const before = git('rev-parse', 'HEAD');
      const [[mode, path] = ['', '']] = Object.entries(entry);
      git('update-index', '--add', '--cacheinfo', `${mode},${before},${path}`);
      git('commit', '--quiet', '--message', 'hostile');
      git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
      const event = pushEvent(before, git('rev-parse', 'HEAD'));
      await expectRefusal(lane, () => lane.run(event), [
        'scope',
        'scope/unsupported-entry',
      ]);
    },
  );

  it('beside a link that leaves the module', async () => {
    const files: Changes = { 'modules/web/secrets': { link: '/etc/shadow' } };
    await expectRefusal(lane, () => lane.push(files), [
      'scope',
      'scope/unsupported-entry',
    ]);
  });
});

describe('the policy at the trusted commit', () => {
  it.each<[string, Changes, string]>([
    ['is missing', { [POLICY]: null }, 'scope/no-policy'],
    ['is not YAML', { [POLICY]: '{{{' }, 'scope/invalid-policy'],
    [
      'is of another schema',
      { [POLICY]: 'schema: 2\n' },
      'scope/invalid-policy',
    ],
    [
      'names no host',
      { [POLICY]: 'schema: 1\nhosts: {}\n' },
      'scope/invalid-policy',
    ],
    [
      'has a hostile address',
      {
        [POLICY]:
          'schema: 1\nhosts: {a: {transport: ssh, user: u, address: "-oProxyCommand=id"}}\n',
      },
      'scope/invalid-policy',
    ],
    ['is an alias bomb', { [POLICY]: aliasBomb() }, 'scope/invalid-policy'],
  ])('%s', async (_what, changes, code) => {
    lane.commit(changes);
    const version = lane.platform.module('web', { version: '2' });
    await expectRefusal(lane, () => lane.push(version), ['scope', code]);
  });

  it('is not there before the first push', async () => {
    const head = lane.platform.git('rev-parse', 'HEAD');
    const event = pushEvent('0'.repeat(40), head);
    await expectRefusal(lane, () => lane.run(event), [
      'scope',
      'scope/no-policy',
    ]);
  });
});

describe('an event file', () => {
  const sha = 'c'.repeat(40);
  it.each<[string, unknown]>([
    ['is cut off', '{"ref": "refs/heads/ma'],
    ['is empty', ''],
    ['is a page', '<html></html>'],
    ['is null', null],
    ['is an empty object', {}],
    ['is a list', []],
    [
      'has a short commit',
      { ref: 'refs/heads/main', before: 'abc', after: sha },
    ],
    [
      'has an option for a commit',
      { ref: 'refs/heads/main', before: '--upload-pack=id', after: sha },
    ],
    ['has numbers', { ref: 1, before: 2, after: 3 }],
  ])('%s', async (_what, payload) => {
    const { before, after } = lane.commit(
      lane.platform.module('web', { version: '2' }),
    );
    const event = { ...pushEvent(before, after), payload };
    await expectRefusal(lane, () => lane.run(event), [
      'scope',
      'input/malformed',
    ]);
  });

  it('names another commit than the runner', async () => {
    const first = lane.commit(lane.platform.module('web', { version: '2' }));
    const second = lane.commit(lane.platform.module('web', { version: '3' }));
    const before = lane.listHost();
    const event = {
      ...pushEvent(first.before, first.after),
      sha: second.after,
    };
    const run = await lane.run(event);
    expect(run.codes['apply'] ?? 'none').not.toBe('apply/applied');
    expect(lane.listHost()).toEqual(before);
  });

  it('ref-as-code: hostile refs are text', async () => {
    const { before, after } = lane.commit(
      lane.platform.module('web', { version: '2' }),
    );
    for (const ref of [
      'refs/heads/$(touch pwned)',
      'refs/heads/-x',
      'refs/heads/;id',
      '--upload-pack=id',
    ]) {
      const event = {
        ...pushEvent(before, after, ref),
        ref: 'refs/heads/main',
      };
      await expectRefusal(lane, () => lane.run(event), [
        'scope',
        'scope/wrong-ref',
      ]);
    }
  });
});

it('ref-as-code: hostile file names are text, and belong to their module', async () => {
  const names = [
    '$(id)',
    ';id',
    '--upload-pack=x',
    'a b',
    'ö',
    "quo'te",
    '`id`',
  ];
  const files = Object.fromEntries(
    names.map((name) => [`modules/web/${name}`, 'content']),
  );
  const run = await lane.push({
    ...files,
    ...lane.platform.module('web', { version: '2' }),
  });
  expect(run.codes).toMatchObject({
    scope: 'scope/eligible',
    apply: 'apply/applied',
  });
  expect(lane.platform.running('web')).toBe('2');
});

it.each(['tab\tbed', 'line\nbreak', '\u001b[2K'])(
  'ref-as-code: a file name with control characters is refused: %j',
  async (name) => {
    const files = { [`modules/web/${name}`]: 'content' };
    const job = await expectRefusal(lane, () => lane.push(files), [
      'scope',
      'scope/unsupported-entry',
    ]);
    expect(job.log).not.toMatch(/[\t\r\u001b]/);
  },
);

function aliasBomb(): string {
  const levels = 'abcdefghi'.split('');
  const lines = levels.map((name, index) => {
    const below = levels[index - 1];
    const items = below ? Array(9).fill(`*${below}`) : Array(9).fill('x');
    return `${name}: &${name} [${items.join(', ')}]`;
  });
  return `schema: 1\n${lines.join('\n')}\n`;
}
