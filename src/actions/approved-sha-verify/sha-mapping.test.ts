import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ApprovalStand,
  type ForgeFlavour,
  openApprovalStand,
} from '../../../tests/support/approval-stand.ts';
import { MERGE_STYLES } from '../../../tests/support/pull-requests.ts';

let stand: ApprovalStand;
beforeEach(async () => {
  stand = await openApprovalStand();
});
afterEach(() => stand.close());

const web = (text: string) => ({ 'modules/web/version': `${text}\n` });
const db = (text: string) => ({ 'modules/db/version': `${text}\n` });
const FLAVOURS: readonly ForgeFlavour[] = ['forgejo', 'github'];

describe.each(FLAVOURS)('on %s', (flavour) => {
  it.each(MERGE_STYLES)('sha-mapping: %s', async (style) => {
    const { pulls, verify } = stand;
    pulls.bring(db('0'));
    // GitHub does not say where a branch that it put forward began.
    const alone = flavour === 'github' && style === 'fast-forward';
    const commits = alone
      ? [{ ...web('2'), ...db('1') }]
      : [web('1'), db('1'), web('2')];
    const number = pulls.open(commits);
    // Only a branch that did not fall behind can be put forward.
    if (style !== 'fast-forward') pulls.bring({ 'modules/db/other': '1' });
    const merged = pulls.merge(number, style);
    const about = { modules: '["web","db"]' };
    const pushed = await verify(about, { flavour });
    expect(pushed.verdict).toMatchObject({
      code: 'approval/approved',
      sha: merged,
      modules: ['web', 'db'],
    });
    const { head: reviewed } = pulls.of(number);
    for (const sha of [merged, reviewed, merged.toUpperCase()]) {
      const { verdict, outputs } = await verify({ sha }, { flavour });
      expect(verdict).toMatchObject({ code: 'approval/approved', sha: merged });
      expect(outputs).toMatchObject({
        pr: String(number),
        'merge-sha': merged,
        'head-sha': reviewed,
      });
    }
    expect(
      (await verify({ pr: String(number) }, { flavour })).verdict.code,
    ).toBe('approval/approved');
  });
});
