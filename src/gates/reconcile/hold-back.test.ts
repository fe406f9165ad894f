import { expect, it } from 'vitest';
import type { FreezeRecord } from '../../model/freeze.ts';
import { holdBack } from './hold-back.ts';

const at = new Date('2026-05-16T11:00:00Z');
const lagging = ['a', 'b', 'c', 'd'].map((module) => ({
  module,
  host: module === 'd' ? 'there' : 'here',
  dependsOn: [],
}));
const nothing = {
  at,
  freezes: [],
  refused: new Map(),
  open: new Set<string>(),
};
const unreadable = (
  path: string,
  scope: { kind: 'host'; name: string },
): FreezeRecord => ({
  kind: 'unreadable',
  path,
  scope,
  why: 'it is empty',
});

it('leaves nothing out where nothing is in the way', () => {
  expect(holdBack(lagging, nothing)).toEqual({
    wanted: ['a', 'b', 'c', 'd'],
    findings: [],
  });
});

it('leaves to a person what is frozen or was refused, and waits for what is being tried', () => {
  const held = holdBack(lagging, {
    at,
    freezes: [
      unreadable('state/freezes/hosts/there.json', {
        kind: 'host',
        name: 'there',
      }),
    ],
    refused: new Map([['a', 'run 7 ended with plan/destructive']]),
    open: new Set(['b']),
  });
  expect(held.wanted).toEqual(['c']);
  expect(held.findings.map(({ module, code }) => [module, code])).toEqual([
    ['a', 'reconcile/refused-before'],
    ['d', 'freeze/unreadable'],
  ]);
});

it('leaves to a person what depends on one of these', () => {
  const chain = lagging.map((each, index) => ({
    ...each,
    dependsOn: index === 0 ? [] : [lagging[index - 1]?.module ?? ''],
  }));
  const held = holdBack(chain, { ...nothing, open: new Set(['b']) });
  expect(held.wanted).toEqual(['a']);
  expect(held.findings.map(({ module, code }) => [module, code])).toEqual([
    ['c', 'apply/dependency-failed'],
    ['d', 'apply/dependency-failed'],
  ]);
});
