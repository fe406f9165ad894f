import { expect, it } from 'vitest';
import { judgeAcknowledgement } from './judge-acknowledgement.ts';

const change = {
  module: 'web',
  host: 'demo',
  acknowledged: 'no',
  marker: '/srv/ag/.acknowledged',
  would: 'would create service/web',
} as const;
const person = { person: true, named: 'demo' };

it.each([
  [
    'the host says so',
    'yes',
    { person: false, named: undefined },
    'acknowledged',
  ],
  ['it is said twice', 'yes', person, 'acknowledged'],
  ['a person names the host', 'no', person, 'acknowledge-now'],
] as const)('may be changed where %s', (_, acknowledged, asked, expected) => {
  const judged = judgeAcknowledgement({ ...change, acknowledged }, asked);
  expect(judged).toBe(expected);
});

it.each([
  ['nobody names it', 'no', { ...person, named: undefined }],
  ['another one is named', 'no', { ...person, named: 'other' }],
  ['a machine names it', 'no', { ...person, person: false }],
  ['what it says is odd', 'odd', person],
] as const)('is left alone where %s', (_, acknowledged, asked) => {
  const judged = judgeAcknowledgement({ ...change, acknowledged }, asked);
  expect(judged).toMatchObject({ code: 'apply/not-acknowledged' });
  expect(judged).toMatchObject({ module: 'web' });
  expect(judged).toHaveProperty(
    'remedy',
    expect.stringContaining("apply-gates acknowledge demo --reason '<why>'"),
  );
});
