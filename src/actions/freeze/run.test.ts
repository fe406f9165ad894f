import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import { systemClock } from '../../adapters/clock.ts';
import type { LaneEvent } from '../../model/event.ts';
import type { RawInputs } from '../step.ts';
import { freezeStep } from './run.ts';

const NOW = new Date('2026-05-16T11:00:00Z');

let platform: ServicePlatform;
let base: string;
let head: string;
beforeEach(() => {
  platform = makeServicePlatform();
  base = platform.git('rev-parse', 'HEAD');
  head = platform.commit({ 'README.md': 'changed\n' });
});
afterEach(() => platform.close());

async function freeze(
  inputs: RawInputs,
  {
    event = dispatchEvent(head),
    actor = 'ada',
  }: { event?: LaneEvent; actor?: string } = {},
) {
  const run = makeStepRun(platform, event);
  const context = { ...run.ports.context, actor };
  const clock = { ...systemClock, now: () => NOW };
  const again = makeStepRun(platform, event, { context, clock });
  return (await again.run(freezeStep, { reason: 'a fair', ...inputs })).verdict;
}
const read = (path: string) =>
  platform.readRemote('platform-state', `state/${path}`);

it('puts a freeze on record with the account of the event, and lifts it', async () => {
  expect((await freeze({ module: 'web', until: '2h' })).code).toBe(
    'freeze/set',
  );
  const kept = JSON.parse(read('freezes/modules/web.json') ?? '');
  expect(kept).toMatchObject({
    author: 'ada',
    reason: 'a fair',
    source: 'person',
  });
  expect(kept.until).toBe('2026-05-16T13:00:00.000Z');

  const lift = { change: 'unfreeze', module: 'web' };
  expect((await freeze(lift)).code).toBe('freeze/lifted');
  expect(read('freezes/modules/web.json')).toBeUndefined();
  expect((await freeze(lift)).code).toBe('freeze/none');
  const entries = (read('AUDIT_LOG.jsonl') ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'freeze');
  expect(entries.map(({ body }) => [body.change, body.by.actor])).toEqual([
    ['freeze', 'ada'],
    ['unfreeze', 'ada'],
  ]);
});

it('lets anybody freeze, and only a person by hand lift it', async () => {
  const event = pushEvent(base, head);
  expect((await freeze({ all: 'true' }, { event })).code).toBe('freeze/set');
  const lift = { change: 'unfreeze', all: 'true' };
  for (const who of [{ event }, { actor: 'github-actions[bot]' }]) {
    expect((await freeze(lift, who)).code).toBe('freeze/not-a-person');
  }
  expect((await freeze(lift)).code).toBe('freeze/lifted');
});

it('refuses what is no freeze', async () => {
  const rows: readonly [string, RawInputs][] = [
    ['nothing to freeze', {}],
    ['two things', { module: 'web', host: 'here' }],
    ['no reason', { module: 'web', reason: '' }],
    ['an odd name', { module: '../web' }],
    ['an end that is over', { module: 'web', until: '2020-01-01T00:00:00Z' }],
    ['an end that is none', { module: 'web', until: 'soon' }],
    [
      'an end of an unfreeze',
      { module: 'web', change: 'unfreeze', until: '2h' },
    ],
    ['a boolean that is none', { all: 'True' }],
  ];
  for (const [what, inputs] of rows) {
    expect((await freeze(inputs)).code, what).toBe('input/malformed');
  }
});
