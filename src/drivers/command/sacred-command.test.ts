import { expect, it } from 'vitest';
import { manifestSchema } from '../../model/manifest.ts';
import { policySchema } from '../../model/policy.ts';
import type { ReleaseFile } from '../driver.ts';
import { findSacredCommand } from './sacred-command.ts';

const { commands } = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'local' } },
}).sacred;

function find(
  command: Readonly<Record<string, readonly string[]>>,
  scripts: Readonly<Record<string, string>> = {},
) {
  const manifest = manifestSchema.parse({
    ...{ schema: 1, id: 'm', stateful: false, host: 'box', driver: 'command' },
    command: { plan: ['p'], apply: ['a'], health: ['h'], ...command },
  });
  const files = Object.entries(scripts).map(
    ([path, text]): ReleaseFile => ({
      ...{ path, mode: '100755', content: Buffer.from(text) },
    }),
  );
  return findSacredCommand({ manifest }, files, commands);
}

it.each([
  [['docker', 'compose', 'down', '-v'], 'down -v'],
  [['sh', '-c', 'docker  volume\trm data'], 'volume rm'],
  [['docker', 'system', 'prune', '--all'], 'system prune'],
])('finds what %j would run', (stop, sacred) => {
  expect(find({ stop })).toEqual({ sacred, where: 'command.stop' });
});

it('finds it in a tracked script that is named', () => {
  const scripts = { 'modules/m/apply.sh': '#!/bin/sh\ndocker volume rm x\n' };
  expect(find({ apply: ['sh', './modules/m/apply.sh'] }, scripts)).toEqual({
    sacred: 'volume rm',
    where: 'modules/m/apply.sh:2',
  });
  expect(find({}, scripts)).toBeUndefined();
});

it.each([
  [['docker', 'compose', 'down', '-vv']],
  [['shutdown', '-v']],
  [['docker', 'volume', 'ls']],
])('leaves %j alone', (stop) => {
  expect(find({ stop })).toBeUndefined();
});

it('leaves a comment alone', () => {
  const scripts = { 'modules/m/apply.sh': '  # never: down -v\n' };
  expect(find({ apply: ['modules/m/apply.sh'] }, scripts)).toBeUndefined();
});
