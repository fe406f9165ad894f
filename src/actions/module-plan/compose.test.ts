import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasEngine, uniqueProject } from '../../../tests/support/engine.ts';
import {
  makeServicePlatform,
  renderPolicy,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { makeStepRun, pushEvent } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import { planSchema } from '../../model/plan.ts';
import { modulePlanStep } from './run.ts';

const project = uniqueProject();
let platform: ServicePlatform;
let base: string;
let head: string;

const compose = (id: string, content: string, more = '') => ({
  [`modules/${id}/module.yaml`]: `schema: 1\nid: ${id}\nstateful: false\nhost: here\ndriver: compose\n${more}\n`,
  [`modules/${id}/compose.yaml`]: content,
});
const service = (line = '') =>
  `services:\n  ${project}:\n    image: ${project}:1\n    ${line}\n`;

beforeAll(() => {
  platform = makeServicePlatform();
  base = platform.git('rev-parse', 'HEAD');
  head = platform.commit({
    ...platform.module('web'),
    ...compose('plain', service(), `compose: {project: ${project}}`),
    ...compose('fetching', 'include: ["oci://registry.example/x:1"]'),
    ...compose('absent', service(), 'compose: {file: other.yaml}'),
    ...compose('socket', service('use_api_socket: true')),
    ...compose('mine', service(), 'compose: {project: both, services: [a]}'),
    ...compose('yours', service(), 'compose: {project: both}'),
    ...compose('elsewhere', service()),
    'modules/elsewhere/module.yaml':
      'schema: 1\nid: elsewhere\nstateful: false\nhost: theirs\ndriver: compose\n',
    // A host and an access that the change gives to itself.
    '.platform/gates.yaml': renderPolicy(platform.runtimeRoot, {
      hosts: `  theirs: {transport: local, runtime_root: ${platform.root}/theirs}`,
      more: 'allow_host_access: {socket: [docker-socket]}',
    }),
  });
});
afterAll(() => platform.close());

const EVENTS: readonly [string, () => LaneEvent][] = [
  ['a push', () => pushEvent(base, head)],
  [
    'a pull request',
    () => ({
      ...{ name: 'pull_request', number: 1, baseRef: 'main', fork: true },
      ...{ base, head, defaultBranch: 'main' },
    }),
  ],
];

async function plan(event: LaneEvent, ...modules: readonly string[]) {
  const run = makeStepRun(platform, event);
  const given = { modules: JSON.stringify(modules) };
  const { outputs, verdict } = await run.run(modulePlanStep, given);
  return {
    outputs,
    code: verdict.code,
    codes: verdict.findings.map((each) => each.code),
  };
}

describe.each(EVENTS)('compose modules of %s', (_, event) => {
  it.each([
    ['remote-include: what is fetched', ['fetching'], ['plan/remote-include']],
    ['a compose file that is not there', ['absent'], ['plan/invalid-compose']],
    [
      'self-change: an access of the policy that the change brings along',
      ['socket'],
      ['plan/host-access'],
    ],
    [
      'self-change: a host that the change brings along',
      ['elsewhere'],
      ['scope/invalid-manifest'],
    ],
    ['a service that is claimed twice', ['mine'], ['plan/service-claimed']],
    [
      'two that claim one service, once',
      ['mine', 'yours'],
      ['plan/service-claimed'],
    ],
  ])('are refused before a host is reached: %s', async (_name, ids, codes) => {
    expect((await plan(event(), ...ids)).codes).toEqual(codes);
    expect(platform.isUntouched()).toBe(true);
    expect(existsSync(join(platform.root, 'theirs'))).toBe(false);
  });
});

describe('event-gate: a pull request', () => {
  const [, event] = EVENTS[1] ?? [];

  it('plans no command module, also beside a compose module', async () => {
    if (!event) throw new TypeError();
    expect((await plan(event(), 'plain', 'web')).codes).toEqual([
      'plan/untrusted-command',
    ]);
  });

  it.skipIf(!hasEngine)('plans a compose module, as a push does', async () => {
    const plans = [];
    for (const [, make] of EVENTS) {
      const { code, outputs } = await plan(make(), 'plain');
      expect(code).toBe('plan/drift');
      const [path = ''] = JSON.parse(outputs['plans'] ?? '[]');
      const made = planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      expect(made.changes.map(({ resource }) => resource)).toContain(
        `service/${project}`,
      );
      plans.push(made.digest);
    }
    expect(new Set(plans).size).toBe(1);
    expect(existsSync(join(platform.runtimeRoot, 'plain/current'))).toBe(false);
  });
});
