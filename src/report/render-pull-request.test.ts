import { expect, it, test } from 'vitest';
import { finding, passVerdict, refuseVerdict } from '../model/verdict.ts';
import {
  type PullRequestReport,
  renderPullRequest,
} from './render-pull-request.ts';

const subject = { gate: 'pr-check', sha: 'a'.repeat(40) };
const report: PullRequestReport = {
  verdict: passVerdict(subject, 'check/waiting', '1 module would be applied'),
  applied: [{ module: 'web', host: 'here', mode: 'observe' }],
  waiting: [finding('scope/stateful', 'it is', { module: 'db' })],
  reported: [],
  warnings: ['400 changed lines'],
  trusted: 'b'.repeat(40),
  run: {
    number: '7',
    url: 'https://forge.example/acme/platform/actions/runs/7',
  },
};

it('says what happens, what waits and what is worth a look', () => {
  expect(renderPullRequest(report)).toMatchInlineSnapshot(`
    "### apply-gates: ready to merge

    1 module would be applied

    | applied after the merge | host | mode |
    | --- | --- | --- |
    | web | here | observe&#58; planned, not changed |

    | waits for a person | code | why |
    | --- | --- | --- |
    | db | scope/stateful | it is |

    After the merge the report of the lane shows what to dispatch.

    **Worth a look**

    - 400 changed lines

    Looked at aaaaaaaaaaaa by the policy of bbbbbbbbbbbb, [run 7](https://forge.example/acme/platform/actions/runs/7).
    "
  `);
});

it('says what to repair, and how', () => {
  const broken = finding('scope/no-policy', 'none at head', {
    remedy: 'Add it.',
  });
  const text = renderPullRequest({
    ...report,
    verdict: refuseVerdict(subject, [broken]),
  });
  expect(text).toContain(
    '- **scope/no-policy**: none at head Next: Add it&#46;',
  );
});

const HOSTILE =
  '@everyone #1 ![x](https://evil.example/a.png) <img src=x> --> `a` | b\n- [ ] c\n::add-mask::x \u202e **d**';

test('hostile names are inert, and the marks of forges as well', () => {
  const text = renderPullRequest({
    ...report,
    applied: [{ module: HOSTILE, host: HOSTILE, mode: 'apply' }],
    waiting: [finding('scope/stateful', HOSTILE, { module: HOSTILE })],
    warnings: [HOSTILE],
    run: { number: HOSTILE, url: 'https://x/](javascript:alert(1))' },
  });
  const bare = text.replaceAll('<!-- -->', '');
  expect(bare).not.toMatch(/@|<|>|!\[|`|\]\(|::|[^\n\x20-\x7e]/);
  for (const line of bare.split('\n').filter((each) => each.startsWith('|'))) {
    expect(line.match(/\|/g)).toHaveLength(4);
  }
});

test('however much there is to say, a forge takes it', () => {
  const many = Array.from({ length: 5_000 }, () => '@'.repeat(5_000));
  const text = renderPullRequest({
    ...report,
    applied: many.map((module) => ({ module, host: module, mode: 'apply' })),
    waiting: many.map((each) => finding('scope/stateful', each)),
    warnings: many,
  });
  expect(text.length).toBeLessThan(65_000);
  expect(text).toContain('the log has');
});
