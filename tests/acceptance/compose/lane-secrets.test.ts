import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { everythingTold } from '../../support/everything-told.ts';
import type { JobRun } from '../../support/forge-runner.ts';
import type { RunOptions } from '../../support/lane.ts';
import { oneProcessWorkflow } from '../../support/one-process-workflow.ts';
import { hasSshd } from '../../support/sshd.ts';

/** A file as hosts have it, with all that compose takes for a value. */
const LINES = [
  'PLAIN=plain-canary-1',
  `export EXPORTED='single "canary-2" &<x>'`,
  'DOUBLE="double \\"canary-3\\" \\\\ three\\ncanary-3b"',
  'PIN=q7k3',
  'SPACED = spaced-canary-5   # with a comment-canary-5b',
  'MULTI="multi-canary-6a',
  'multi-canary-6b"',
  'NESTED=${PLAIN}/nested-canary-7',
  'URL=https://user:url-canary-8@db.example/x',
  'TAG=tag-canary-10',
  '# OLD=commented-canary-11',
  'YAMLISH: yaml-canary-12',
  'BAD_PORT=canary-13',
  'PASSWORD=12:w8z5x',
];

/** `canary`, and what is a value without the word. */
const NEVER = /canary|q7k3|w8z5x/;

const EVERY_VALUE =
  '${PLAIN} ${EXPORTED} ${DOUBLE} ${PIN} ${SPACED} ${MULTI} ${NESTED} ${URL} ${YAMLISH}';

let lane: ComposeLane;
let image: string;
let tagged: string;

/** Pushes a module with a service that differs, as a run of its own. */
async function push(
  service: Readonly<Record<string, unknown>>,
  { id = 'web', ...more }: Readonly<Record<string, unknown>> = {},
  options: RunOptions = {},
): Promise<JobRun> {
  const compose = {
    services: {
      web: {
        image,
        environment: { EVERY: EVERY_VALUE },
        stop_signal: 'SIGKILL',
        ...service,
      },
    },
    ...more,
  };
  return lane.push(
    lane.module(String(id), {
      compose,
      manifest: {
        compose: { project: `${lane.project}-${id}` },
        host_files: ['.env'],
        health: { timeout: '6s', streak: 1, interval: '1s' },
      },
    }),
    options,
  );
}

/** The same in one process, which tells the same in less time. */
const pushAtOnce = (service: Readonly<Record<string, unknown>>) =>
  push(service, {}, { workflow: oneProcessWorkflow() });

const told = (run: JobRun) => everythingTold(run, lane.platform);

/** Where a value is told, with what is around it; some of those places. */
const leaks = (text: string) =>
  [...text.matchAll(new RegExp(`.{0,60}(?:${NEVER.source}).{0,40}`, 'g'))]
    .map(([around]) => around)
    .slice(0, 3);

function env(...lines: readonly string[]): void {
  const source = `SOURCE=${lane.platform.root}/mount-canary-9`;
  for (const id of ['web', 'used']) {
    lane.share(id, '.env', `${[...lines, source].join('\n')}\n`);
  }
}

describe.skipIf(!hasEngine || !hasSshd)('what a host keeps to itself', () => {
  beforeAll(async () => {
    lane = await openComposeLane({
      policy: { allow_host_access: { web: [tmpdir()], used: [tmpdir()] } },
    });
    image = (await buildImage(lane.project, 'web')).ref;
    tagged = (await buildImage(lane.project, 'web:tag-canary-10')).ref;
  });
  beforeEach(() => {
    env(...LINES);
  });
  afterAll(() => lane?.close());

  it('compose-config-leak: values are used, changed and never told', async () => {
    const used = {
      image: `${lane.project}/web:\${TAG}`,
      labels: { every: EVERY_VALUE },
      command: ['sh', '-c', `echo "$$EVERY"; exec idle`, EVERY_VALUE],
      volumes: [{ type: 'bind', source: '${SOURCE}', target: '/more' }],
      healthcheck: { test: ['CMD', 'true', '${PLAIN}'], interval: '1s' },
      configs: [{ source: 'inline', target: '/inline' }],
      networks: { default: { aliases: ['${PLAIN}'] } },
    };
    const inline = {
      id: 'used',
      configs: { inline: { content: EVERY_VALUE } },
    };
    const first = await push(used, inline);
    expect(first.codes).toMatchObject({ apply: 'apply/applied' });
    expect(leaks(told(first))).toEqual([]);
    env(...LINES.map((line) => line.replaceAll('canary', 'new-canary')));
    docker('tag', tagged, `${lane.project}/web:tag-new-canary-10`);
    const second = await push({ ...used, tty: true }, inline);
    expect(second.codes).toMatchObject({ apply: 'apply/applied' });
    expect(leaks(told(second))).toEqual([]);
  });

  it.each([
    [
      'an image that is not there',
      'apply/pull-failed',
      { image: 'invalid.invalid/x:${TAG}' },
    ],
    ['a port that is none', 'plan/error', { ports: ['${BAD_PORT}:80'] }],
    ['half a value as a port', 'plan/error', { ports: ['${PASSWORD}'] }],
    [
      'a number that is none',
      'plan/error',
      { deploy: { replicas: '${PLAIN}' } },
    ],
    ['a time that is none', 'plan/error', { stop_grace_period: '${PLAIN}' }],
    ['a name that is none', 'apply/failed', { container_name: 'x ${PLAIN}' }],
    [
      'access to the host',
      'plan/host-access',
      { volumes: ['/etc/${PLAIN}:/x'] },
    ],
    ['a network that is none', 'plan/error', { networks: ['${NESTED}'] }],
    [
      'a variable that must be there',
      'plan/unset-variable',
      { command: '${NONE:?${PLAIN}}' },
    ],
    ['a capability', 'plan/host-access', { cap_add: ['${PLAIN}'] }],
    [
      'a mount in one word',
      'apply/failed',
      { volumes: ['${SOURCE}:${PLAIN}'] },
    ],
    [
      'a folder that is not there',
      'apply/failed',
      {
        volumes: [
          {
            type: 'bind',
            source: '${SOURCE}/none',
            target: '/x',
            bind: { create_host_path: false },
          },
        ],
      },
    ],
    [
      'a program that is none',
      'apply/failed',
      { command: ['${PLAIN}', '${PIN}'] },
    ],
    ['a user that is none', 'apply/failed', { user: '${PLAIN}' }],
    [
      'a check that fails and says why',
      'apply/failed',
      { healthcheck: { test: 'env; exit 1', interval: '500ms', retries: 1 } },
    ],
  ])('compose-config-leak: %s', async (_, code, service) => {
    const run = await pushAtOnce(service);
    expect(run.codes).toEqual({ lane: code });
    expect(leaks(told(run))).toEqual([]);
  });

  it.each([
    ['a line that is none', 'a broken-canary-20 line'],
    ['a quote without end', 'A="unterminated-canary-21'],
    ['a brace without end', 'A=${broken-canary-22'],
    ['a dollar in a password', 'A=first$canary'],
    ['a name that is none', 'A-B!=broken-canary-23'],
  ])('compose-config-leak: a file of the host with %s', async (name, line) => {
    env(...LINES.slice(0, 2), line, ...LINES.slice(2));
    const run = await pushAtOnce({ command: ['${A:-}', name] });
    expect(run.codes['lane']).toMatch(/^plan\/(?:error|unset-variable)$/);
    expect(leaks(told(run))).toEqual([]);
  });

  it('compose-config-leak: what a service prints before it dies', async () => {
    const run = await push({
      command: ['sh', '-c', 'env; echo "it is: $$PLAIN"; exit 1'],
      env_file: ['.env'],
    });
    expect(run.codes).toMatchObject({ apply: 'apply/failed' });
    expect(run.log).toContain('it is: ***');
    expect(leaks(told(run))).toEqual([]);
  });
});
