import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattenModel } from '../../../../tests/support/compose-facts.ts';
import { MalformedFacts } from './malformed-facts.ts';
import type { ComposeNode } from './model.ts';
import { parseModelTree } from './model-tree.ts';
import { parseModel } from './parse-model.ts';

const MODEL = flattenModel({
  name: 'p',
  services: {
    web: {
      image: 'site:${TAG}',
      networks: { default: null, back: null },
      configs: [{ source: 'c1' }, { source: 'c2', target: '/c2' }],
      secrets: [{ source: 's1', target: '/run/secrets/s1' }],
      deploy: { replicas: 2 },
      build: '?',
      volumes: [
        {
          type: 'bind',
          source: '/b/current/modules/web/conf',
          target: '/conf',
          read_only: true,
          bind: { create_host_path: true },
        },
        {
          type: 'volume',
          source: 'data',
          target: '/data',
          volume: { subpath: 'a' },
        },
        { type: 'volume', target: '/anonymous', volume: {} },
      ],
    },
  },
  volumes: {
    data: {
      name: 'p_data',
      driver: 'local',
      driver_opts: { type: 'none', device: '/srv/data' },
    },
  },
  networks: {
    default: { name: 'p_default' },
    back: { name: 'b', external: true },
  },
  configs: { c1: { name: 'p_c1', file: '/b/c1' }, c2: { content: '?' } },
  secrets: { s1: { name: 'p_s1', environment: 'HOME' } },
});

it('reads the structure of a model', () => {
  const model = parseModel(MODEL, MODEL.replaceAll('${TAG}', '***'));
  const web = model.services.get('web');
  expect(model.name.value).toBe('p');
  expect(web).toMatchObject({
    image: { value: 'site:${TAG}', shown: 'site:***' },
    replicas: 2,
    networks: ['default', 'back'],
    configs: ['c1', 'c2'],
    secrets: ['s1'],
  });
  expect(web?.entries.get('build')).toMatchObject({ value: '?' });
  expect(web?.mounts).toMatchObject([
    { type: 'bind', readOnly: true, target: { value: '/conf' } },
    { type: 'volume', source: { value: 'data' }, subpath: { value: 'a' } },
    { type: 'volume', source: undefined, readOnly: false },
  ]);
  expect(model.volumes.get('data')).toMatchObject({
    name: { value: 'p_data' },
    external: false,
    type: { value: 'none' },
    device: { value: '/srv/data' },
  });
  expect(model.networks.get('back')?.external).toBe(true);
  expect(model.configs.get('c1')?.file?.value).toBe('/b/c1');
  expect(model.configs.get('c2')).toMatchObject({
    inline: true,
    name: { value: 'c2' },
  });
  expect(model.secrets.get('s1')?.environment?.value).toBe('HOME');
});

it('runs as many containers as compose would', () => {
  const replicas = (service: Record<string, unknown>) => {
    const text = flattenModel({ services: { a: service } });
    return parseModel(text, text).services.get('a')?.replicas;
  };
  expect(replicas({ image: 'a' })).toBe(1);
  expect(replicas({ scale: 3 })).toBe(3);
  expect(replicas({ deploy: { replicas: 0 } })).toBe(0);
  // Compose starts as many with `global`, whatever the name promises.
  expect(replicas({ deploy: { mode: 'global', replicas: 2 } })).toBe(2);
  expect(replicas({ deploy: { replicas: null } })).toBe(1);
});

describe('a tree', () => {
  const keys = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'a\tb', 'é"\n'),
    fc.string({ maxLength: 8 }),
  );
  const { value: anyValue } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  it('is what was flattened, whatever its keys are called', () => {
    const anyMap = fc.dictionary(keys, anyValue, { minKeys: 1, maxKeys: 4 });
    fc.assert(
      fc.property(anyMap, (value) => {
        const text = flattenAny(value, []);
        expect(plain(parseModelTree(text, text))).toEqual(entriesDeep(value));
      }),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('shows a mask where a mask made a line unreadable', () => {
    const text = '["a"]\t"secret"\n["b"]\t12345678\n["c"]\t"x"\n';
    const shown = '["a"]\t"***\n["b"]\t***\n***\n';
    const tree = parseModelTree(text, shown);
    expect(JSON.stringify([...mapOf(tree).values()])).not.toMatch(
      /secret"[^,]*shown":"secret|shown":"1234/,
    );
    expect([...mapOf(tree).values()]).toMatchObject([
      { value: 'secret', shown: '***' },
      { value: 12345678, shown: '***' },
      { value: 'x', shown: '***' },
    ]);
  });

  it.each([
    ['is no line', 'x'],
    ['has no end', '["a"]\t1'],
    ['has one column', '["a"]\n'],
    ['has three columns', '["a"]\t1\t2\n'],
    ['has a path that is no list', '"a"\t1\n'],
    ['has an empty path', '[]\t1\n'],
    ['has a path of something else', '[null]\t1\n'],
    ['has a negative index', '["a",-1]\t1\n'],
    ['has a gap', '["a",1]\t1\n'],
    ['begins with an index', '[0]\t1\n'],
    ['is no JSON', '["a"]\tyes\n'],
    ['is not flat', '["a"]\t{"b":1}\n'],
    ['is not flat either', '["a"]\t[1]\n'],
    ['comes twice', '["a"]\t1\n["a"]\t1\n'],
    ['has something inside a value', '["a"]\t1\n["a","b"]\t1\n'],
    ['has a value around something', '["a","b"]\t1\n["a"]\t1\n'],
    ['is a list and a map', '["a",0]\t1\n["a","b"]\t1\n'],
    ['is deeper than any', `[${'"a",'.repeat(40)}"a"]\t1\n`],
  ])('is malformed where a line %s', (_, text) => {
    expect(() => parseModelTree(text, text)).toThrow(MalformedFacts);
  });

  it('is malformed where the shown text has other lines', () => {
    expect(() => parseModelTree('["a"]\t1\n', '')).toThrow(MalformedFacts);
  });
});

it.each([
  ['no name', '["services","a","image"]\t"x"\n'],
  ['a service that is a text', '["name"]\t"p"\n["services","a"]\t"x"\n'],
  ['services that are a list', '["name"]\t"p"\n["services",0]\t"x"\n'],
  [
    'an image that is a map',
    '["name"]\t"p"\n["services","a","image","b"]\t"x"\n',
  ],
  [
    'a mount without a target',
    '["name"]\t"p"\n["services","a","volumes",0,"type"]\t"bind"\n',
  ],
  ['half a replica', '["name"]\t"p"\n["services","a","scale"]\t0.5\n'],
  [
    'an external that is a text',
    '["name"]\t"p"\n["volumes","a","external"]\t"no"\n',
  ],
])('a model with %s is malformed', (_, text) => {
  expect(() => parseModel(text, text)).toThrow(MalformedFacts);
});

function flattenAny(
  value: unknown,
  path: readonly (string | number)[],
): string {
  const isContainer = typeof value === 'object' && value !== null;
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isContainer ? value : {});
  return entries.length > 0
    ? entries.map(([key, each]) => flattenAny(each, [...path, key])).join('')
    : `${JSON.stringify(path)}\t${JSON.stringify(value)}\n`;
}

/** Both sides as nested entries, which keep every key. */
function plain(node: ComposeNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return {
    entries: [...node.entries].map(([key, each]) => [key, plain(each)]),
  };
}

function entriesDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return Object.is(value, -0) ? 0 : value;
  }
  if (Array.isArray(value)) return value.map(entriesDeep);
  return {
    entries: Object.entries(value).map(([key, each]) => [
      key,
      entriesDeep(each),
    ]),
  };
}

function mapOf(node: ComposeNode) {
  if (node.kind !== 'map') throw new TypeError('no map');
  return node.entries;
}
