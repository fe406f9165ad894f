import { describe, expect, it } from 'vitest';
import type { LaneEvent } from '../../model/event.ts';
import { finding, passVerdict, refuseVerdict } from '../../model/verdict.ts';
import { type DetectedLane, detectLane } from './detect-lane.ts';
import { findForbiddenModules } from './module-permission.ts';

const SHA = 'a'.repeat(40);
const gate = 'stateful-gate';
const push: LaneEvent = {
  name: 'push',
  before: SHA,
  after: SHA,
  ref: 'refs/heads/main',
  defaultBranch: 'main',
};
const dispatch: LaneEvent = {
  name: 'workflow_dispatch',
  sha: SHA,
  ref: 'refs/heads/main',
  inputs: { allow_stateful: 'true' },
  defaultBranch: 'main',
};
const pullRequest: LaneEvent = {
  name: 'pull_request',
  number: 1,
  base: SHA,
  head: SHA,
  baseRef: 'main',
  fork: false,
  defaultBranch: 'main',
};
const other: LaneEvent = {
  name: 'other',
  event: 'issue_comment',
  defaultBranch: 'main',
};
const armed = {
  step: gate,
  verdict: passVerdict({ gate, sha: SHA }, 'stateful/armed', 'armed'),
};
const none = {
  step: gate,
  verdict: passVerdict({ gate, sha: SHA }, 'stateful/none', 'none'),
};
const blocked = {
  step: gate,
  verdict: refuseVerdict({ gate, sha: SHA }, [
    finding('stateful/blocked', 'blocked'),
  ]),
};

describe('detectLane', () => {
  it.each([
    ['push', push, [], 'auto-apply'],
    ['push, armed', push, [armed], 'auto-apply'],
    ['dispatch, no verdict', dispatch, [], 'auto-apply'],
    ['dispatch, none', dispatch, [none], 'auto-apply'],
    ['dispatch, blocked', dispatch, [blocked], 'auto-apply'],
    ['dispatch, armed', dispatch, [armed], 'stateful-noop'],
    ['dispatch, armed and blocked', dispatch, [armed, blocked], 'auto-apply'],
    [
      'dispatch, armed by another',
      dispatch,
      [{ ...armed, step: 'x' }],
      'auto-apply',
    ],
    ['event-gate: pull request, armed', pullRequest, [armed], 'none'],
    ['event-gate: comment, armed', other, [armed], 'none'],
  ] as const)('%s', (_, event, verdicts, lane) => {
    expect(detectLane(event, verdicts).name).toBe(lane);
  });
});

describe('findForbiddenModules', () => {
  const lanes: readonly DetectedLane[] = [
    { name: 'auto-apply', byHand: false },
    { name: 'auto-apply', byHand: true },
    { name: 'stateful-noop', byHand: true },
    { name: 'none', event: 'pull_request' },
  ];
  const booleans = [false, true];

  it('decides every combination of lane, nature, company and place', () => {
    for (const lane of lanes)
      for (const stateful of booleans)
        for (const optedOut of booleans)
          for (const selfHosting of booleans)
            for (const alone of booleans)
              for (const insideRunner of booleans) {
                const module = { id: 'a', stateful, optedOut, selfHosting };
                const plain = {
                  id: 'b',
                  stateful: false,
                  optedOut: false,
                  selfHosting: false,
                };
                const codes = findForbiddenModules({
                  lane,
                  modules: alone ? [module] : [module, plain],
                  insideRunner,
                }).map((each) => each.code);
                const expected = [
                  ...(stateful && !(lane.name === 'stateful-noop' && alone)
                    ? ['stateful/blocked']
                    : []),
                  ...(optedOut && lane.name === 'auto-apply' && !lane.byHand
                    ? ['scope/opted-out']
                    : []),
                  ...(selfHosting && insideRunner
                    ? ['scope/self-hosting']
                    : []),
                ];
                expect(codes).toEqual(expected);
              }
  });
});
