import { expect, it } from 'vitest';
import { passVerdict, type Verdict } from '../model/verdict.ts';
import { findApprovals } from './find-approvals.ts';

function verdict(gate: string, approvals: unknown): Verdict {
  const evidence = { approvals };
  const about = { gate, sha: 'a'.repeat(40) };
  return passVerdict(about, 'report/complete', '', { evidence });
}

const SAID = {
  module: 'web',
  sha: 'b'.repeat(40),
  pr: 7,
  approvers: ['grace'],
};
const KEPT = { sha: SAID.sha, pr: 7, approvers: ['grace'], merger: null };

it.each<[string, Verdict[], unknown]>([
  ['no gate asked', [], null],
  ['another gate', [verdict('scope', [SAID])], null],
  ['one', [verdict('approved-sha-verify', [SAID])], [KEPT]],
  [
    'with who merged',
    [verdict('approved-sha-verify', [{ ...SAID, merger: 'ada' }])],
    [{ ...KEPT, merger: 'ada' }],
  ],
  [
    'another module',
    [verdict('approved-sha-verify', [{ ...SAID, module: 'api' }])],
    [],
  ],
  ['what is none', [verdict('approved-sha-verify', 'yes')], null],
])('%s', (_, verdicts, expected) => {
  expect(findApprovals(verdicts, 'web')).toEqual(expected);
});
