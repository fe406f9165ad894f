import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  codesOf,
  makeStatefulPlatform,
  type StatefulPlatform,
} from '../../../tests/support/stateful-platform.ts';
import { dispatchEvent, pushEvent } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';

let platform: StatefulPlatform;
beforeAll(() => {
  platform = makeStatefulPlatform();
});
afterAll(() => platform.close());

describe('forged runs', () => {
  test.each([
    'True',
    'TRUE',
    '1',
    'yes',
    ' true',
    'true ',
    'true\n',
    'on',
    'null',
  ])('dispatch-forged: allow-stateful %j is refused', async (allow) => {
    const ended = await platform.run({
      ...platform.arm('book'),
      'allow-stateful': allow,
    });
    expect(ended.verdict.code).toBe('input/malformed');
    expect(ended.outputs).toEqual({});
  });

  it('dispatch-forged: an event that claims to be by hand is refused', async () => {
    const inputs = {
      ...platform.arm('book'),
      'event-name': 'workflow_dispatch',
    };
    const ended = await platform.run(
      inputs,
      pushEvent(platform.first, platform.head),
    );
    expect(ended.verdict.code).toBe('input/disagrees-with-event');
    expect(ended.exitStatus).toBe(2);
  });

  it('dispatch-forged: words in a push arm nothing', async () => {
    const ended = await platform.run(
      platform.arm('book'),
      pushEvent(platform.first, platform.head),
    );
    expect(codesOf(ended.verdict)).toEqual(['stateful/not-manual']);
  });

  it('dispatch-forged: a dispatch from a side branch is refused', async () => {
    const event = { ...dispatchEvent(platform.head), ref: 'refs/heads/side' };
    const ended = await platform.run(platform.arm('book'), event as LaneEvent);
    expect(ended.verdict.code).toBe('scope/wrong-ref');
  });

  test.each(['forgejo-actions', 'github-actions[bot]', 'agent-7'])(
    'dispatch-forged: %s is no person',
    async (actor) => {
      const ended = await platform.run(
        platform.arm('book'),
        dispatchEvent(platform.head),
        actor,
      );
      expect(codesOf(ended.verdict)).toEqual(['stateful/not-manual']);
    },
  );

  it('dispatch-forged: another commit than that of the event is refused', async () => {
    const ended = await platform.run({
      ...platform.arm('book'),
      sha: platform.first,
    });
    expect(ended.verdict.code).toBe('input/disagrees-with-event');
  });

  it('event-gate: a pull request of a fork arms nothing', async () => {
    const event: LaneEvent = {
      name: 'pull_request',
      number: 3,
      base: platform.first,
      head: platform.head,
      baseRef: 'main',
      fork: true,
      defaultBranch: 'main',
    };
    const ended = await platform.run(platform.arm('book'), event);
    expect(codesOf(ended.verdict)).toEqual(['stateful/not-manual']);
  });

  test.each(['pull_request_target', 'issue_comment', 'schedule'])(
    'event-gate: %s is refused, whatever it asks for',
    async (event) => {
      const ended = await platform.run(platform.arm('book'), {
        name: 'other',
        event,
        defaultBranch: 'main',
      });
      expect(ended.verdict.code).toBe('scope/event-not-supported');
    },
  );

  test.each([
    ['a bidi mark', '["si\u202ete"]'],
    ['a homoglyph', '["s\u0456te"]'],
    ['a zero-width letter', '["site\u200b"]'],
    ['a decomposed letter', '["sit\u0065\u0301"]'],
  ])('unicode-ids: %s is refused and escaped', async (_, modules) => {
    const ended = await platform.run({ modules });
    expect(ended.verdict.code).toBe('input/malformed');
  });

  test.each([
    '',
    'site',
    '{"site":true}',
    '["site","site"]',
    '[["site"]]',
    '[1]',
  ])('modules %j is refused', async (modules) => {
    const ended = await platform.run({ modules });
    expect([ended.verdict.code, ended.exitStatus]).toEqual([
      'input/malformed',
      2,
    ]);
  });
});
