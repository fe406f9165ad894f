import { expect, test } from 'vitest';
import { isMachineAccount } from './machine-account.ts';

test.each<[string, readonly string[], boolean]>([
  ['ada', [], false],
  ['forgejo-actions', [], true],
  ['Forgejo-Actions', [], true],
  ['github-actions[bot]', [], true],
  ['renovate[bot]', [], true],
  ['robot', [], false],
  ['bot', [], false],
  ['agent-7', ['agent-*'], true],
  ['my-agent', ['agent-*'], false],
  ['x-agent-y', ['*agent*'], true],
  ['ab', ['a*b*b'], false],
  ['a.b', ['a?b'], false],
  ['anybody', ['*'], true],
])('%s with %j is a machine: %s', (name, notCounted, expected) => {
  expect(isMachineAccount(name, notCounted)).toBe(expected);
});
