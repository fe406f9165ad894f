import { expect, test } from 'vitest';
import { describeOldNode } from './node-version.ts';

test.each([
  ['16.20.2', false],
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.1.0', true],
  ['24.11.0', true],
])('Node %s is new enough: %s', (version, enough) => {
  expect(describeOldNode(version) === undefined).toBe(enough);
});
