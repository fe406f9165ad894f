import { notify } from '../../adapters/forge/notify.ts';
import { openForge } from '../../adapters/forge/open-forge.ts';
import { findApprovedCommit } from '../../model/approved-commit.ts';
import { passVerdict } from '../../model/verdict.ts';
import { renderLaneEnd } from '../../report/render-lane-comment.ts';
import type { Step } from '../step.ts';
import { parseLaneCommentInputs } from './inputs.ts';

const NAME = 'lane-comment';

/**
 * Tells how a lane ended on the pull request, and on a phone. Whatever goes
 * wrong with that changes nothing of how it ended.
 */
export const laneCommentStep: Step = {
  name: NAME,
  inputs: {
    pr: '',
    'ntfy-url': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
  },
  outputs: ['comment-id'],
  run: async (raw, ports) => {
    const inputs = parseLaneCommentInputs(raw);
    const entries = ports.verdicts
      .read()
      .flatMap((entry) => (entry.kind === 'verdict' ? [entry] : []));
    const commit = findApprovedCommit(entries);
    const pr = commit?.pr ?? inputs.pr;
    const { identity, sha } = ports.context;
    const forced = commit?.rollback ? 'ROLLBACK' : 'BREAK-GLASS';
    const by = commit?.pr === undefined ? forced : `PR #${commit.pr}`;
    const title = `apply ${commit ? `${commit.sha.slice(0, 12)} (${by})` : 'of nothing that was approved'}`;
    const { text, markdown } = renderLaneEnd({
      title,
      verdicts: entries.map(({ verdict }) => verdict),
      runUrl: identity.url,
      at: ports.clock.now(),
    });
    const told: string[] = [];
    const failed: string[] = [];
    let comment = '';
    const attempt = async (where: string, tell: () => Promise<void>) => {
      try {
        await tell();
        told.push(where);
      } catch (error) {
        failed.push(
          `${where}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    };
    if (pr !== undefined) {
      await attempt(`PR #${pr}`, async () => {
        const forge = await openForge({ ...ports, ...inputs });
        comment = String((await forge.addComment(pr, markdown)).id);
      });
    }
    const { ntfyUrl: url } = inputs;
    if (url !== undefined) {
      await attempt('ntfy', () => notify({ url, title, text }, ports.clock));
    }
    return {
      verdict: passVerdict(
        { gate: NAME, sha },
        failed.length > 0 ? 'report/not-told' : 'report/told',
        [`Told ${told.join(' and ') || 'nobody'}`, ...failed].join('; '),
      ),
      outputs: { 'comment-id': comment },
      warning: failed.length > 0,
    };
  },
};
