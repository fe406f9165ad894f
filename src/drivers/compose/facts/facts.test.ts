import { describe, expect, it } from 'vitest';
import {
  encodeFields,
  makeFactFields,
} from '../../../../tests/support/compose-facts.ts';
import { parseFacts } from './facts.ts';

const MODEL = {
  services: { web: { image: 'site:1' } },
  volumes: { data: { name: 'web_data' } },
};
const FIELDS = makeFactFields({ model: MODEL, previous: MODEL });

const SUM = 'a'.repeat(64);
const IMAGE = `sha256:${SUM}`;
const LINE = [
  ...['web', '1', 'False', 'running', '0', IMAGE, SUM, 'same'],
  '',
  '',
];

const kindOf = (fields: Record<string, string>) =>
  parseFacts(encodeFields(fields)).kind;

/** One container line with one other column. */
const container = (index: number, value: string) =>
  `${LINE.with(index, value).join('\t')}\n`;

it('reads a whole answer', () => {
  const parsed = parseFacts(encodeFields(FIELDS));
  expect(parsed).toMatchObject({
    kind: 'facts',
    facts: { compose: '2.40.3', directory: '', changed: [] },
  });
});

it.each(Object.keys(FIELDS))('is malformed without %s', (key) => {
  const { [key]: _, ...others } = FIELDS;
  expect(kindOf(others)).toBe('malformed');
});

it('asks for nothing more where compose could not resolve the model', () => {
  const fields = { config_status: '15', stderr: 'no', live: '', compose: '2' };
  expect(parseFacts(encodeFields(fields))).toEqual({
    kind: 'unresolved',
    stderr: 'no',
  });
});

describe('a field is malformed', () => {
  it.each([
    ['config_status', ''],
    ['config_status', '-1'],
    ['config_status', '0x0'],
    ['compose', 'v2'],
    ['compose', ''],
    ['live', 'x'],
    ['health', ''],
    ['sum', ''],
    ['directory', 'there'],
    ['model', ''],
    ['model_shown', ''],
    ['previous_shown', ''],
    ['hashes', ''],
    ['hashes', 'web\tx\n'],
    ['hashes', `web\t${SUM}`],
    ['hashes', `web\t${SUM}\nweb\t${SUM}\n`],
    ['images', ''],
    ['images', 'web\tsite\n'],
    ['images', 'other\t\n'],
    ['volumes', ''],
    ['volumes', 'data\tn\tyes\n'],
    ['volumes', 'data\tn\tmaybe\tsame\n'],
    ['volumes', 'data\tn\tyes\tequal\n'],
    ['containers', 'web\n'],
    ['containers', container(0, '')],
    ['containers', container(1, 'x')],
    ['containers', container(2, 'yes')],
    ['containers', container(3, '')],
    ['containers', container(4, '')],
    ['containers', container(5, 'site:1')],
    ['containers', container(6, 'x')],
    ['containers', container(7, '')],
    ['containers', container(8, 'x')],
    ['containers', container(9, 'x')],
    ['containers', `${LINE.slice(0, 9).join('\t')}\n`],
    ['containers', `${LINE.join('\t')}\t\n`],
    ['previous_host', 'data\n'],
    ['previous_host', 'link a\n'],
    ['changed', 'a'],
  ])('%s: %j', (key, value) => {
    expect(kindOf({ ...FIELDS, [key]: value })).toBe('malformed');
  });

  it('that is not UTF-8', () => {
    const fields = encodeFields(FIELDS).set('changed', Buffer.from([0xff, 10]));
    expect(parseFacts(fields).kind).toBe('malformed');
  });
});

it('reads what docker says of a container', () => {
  const containers = [
    container(8, 'replace'),
    container(2, 'True'),
    container(6, ''),
    container(4, '-1'),
  ].join('');
  const parsed = parseFacts(encodeFields({ ...FIELDS, containers }));
  if (parsed.kind !== 'facts') throw new TypeError(parsed.kind);
  expect(parsed.facts.containers).toMatchObject([
    { service: 'web', halfMade: true, oneoff: false },
    { oneoff: true, halfMade: false },
    { config: '' },
    { exitCode: -1 },
  ]);
});
