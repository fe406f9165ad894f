import * as z from 'zod';
import { openComments } from './comments.ts';
import type { Forge, PullRequest, Review } from './forge.ts';
import {
  commentSchema,
  pullRequestSchema,
  pushBodySchema,
  reviewPageSchema,
  runSchema,
  statusPageSchema,
  timelineSchema,
} from './forgejo-schemas.ts';
import { type HttpClient, unavailable } from './http-client.ts';
import { readAnswer, requireVisible } from './read-answer.ts';
import { readPages, requireAll } from './read-pages.ts';

/** Never more, whatever a client asks for. */
const LIMIT = { name: 'limit', value: 50 } as const;

/** How a run can have ended. */
const ENDED = new Set(['success', 'failure', 'cancelled', 'skipped']);

/** Forgejo, and Gitea, which answers the same where we ask. */
export function openForgejo(client: HttpClient, repository: string): Forge {
  const root = `/repos/${repository}`;
  let visible: Promise<void> | undefined;
  const absent = async () => {
    visible ??= requireVisible(client, root);
    await visible;
  };
  return {
    findMerged: async (sha) => {
      const path = `${root}/commits/${sha}/pull`;
      const pull = await readAnswer(client, path, pullRequestSchema);
      if (!pull) {
        await absent();
        return [];
      }
      if (pull.merged && pull.mergeCommit === sha) return [pull];
      throw unavailable(
        { method: 'GET', path },
        client.api,
        `pull request ${pull.number} is not merged as this commit`,
      );
    },
    readPull: async (number) => {
      const path = `${root}/pulls/${number}`;
      const pull = await readAnswer(client, path, pullRequestSchema);
      if (!pull) await absent();
      if (!pull || pull.number === number) return pull;
      const what = `this is pull request ${pull.number}`;
      throw unavailable({ method: 'GET', path }, client.api, what);
    },
    listReviews: (number) =>
      listReviews(client, `${root}/pulls/${number}/reviews`),
    listChecks: async (sha) => {
      const path = `${root}/commits/${sha}/status`;
      const listing = await readPages(client, {
        path,
        pageSize: LIMIT,
        schema: statusPageSchema,
        key: ({ name }) => name,
      });
      return requireAll(client, path, listing);
    },
    findLastPushers: (pull, head) =>
      findLastPushers(client, root, { pull, head }),
    readRun: async ({ id, number }) => {
      if (!/^[0-9]+$/.test(id)) return 'unknown';
      const path = `${root}/actions/runs/${id}`;
      const run = await readAnswer(client, path, runSchema);
      if (String(run?.index_in_repo) !== number) return 'unknown';
      return ENDED.has(run?.status ?? '') ? 'over' : 'going';
    },
    ...openComments(client, root, async (number) => {
      const path = `${root}/issues/${number}/comments`;
      // Not paged: all of them come at once.
      const found = await readAnswer(client, path, z.array(commentSchema));
      if (found) return found;
      throw unavailable({ method: 'GET', path }, client.api, 'it is not there');
    }),
  };
}

/**
 * What somebody has written and not sent yet is counted and not shown. So a
 * list that is too short is compared with the one that is not cut into pages:
 * what is missing from both is such a draft, and anything else is not believed.
 */
async function listReviews(
  client: HttpClient,
  path: string,
): Promise<readonly Review[]> {
  const listing = await readPages<Review>(client, {
    path,
    pageSize: LIMIT,
    schema: reviewPageSchema,
    key: ({ id }) => id,
  });
  const { items, total } = listing ?? { items: [], total: undefined };
  if (!listing) return requireAll(client, path, listing);
  if (total === undefined || items.length === total) return items;
  const whole = await readAnswer(client, path, reviewPageSchema);
  const same =
    items.length < total &&
    JSON.stringify(whole?.items) === JSON.stringify(items);
  return same ? items : requireAll(client, path, listing);
}

/**
 * Whoever made the last push that the timeline tells, else the author. It is
 * asked for without pages: Forgejo hides things after cutting them, so that
 * neither a short nor an empty page is the end.
 */
async function findLastPushers(
  client: HttpClient,
  root: string,
  { pull, head }: { readonly pull: PullRequest; readonly head: string },
): Promise<readonly string[] | undefined> {
  const path = `${root}/issues/${pull.number}/timeline`;
  const timeline = await readAnswer(client, path, timelineSchema);
  const push = timeline?.findLast(({ type }) => type === 'pull_push');
  if (!timeline) return undefined;
  if (!push) return pull.author ? [pull.author.login] : undefined;
  return push.user && isAbout(push.body, head) ? [push.user.login] : undefined;
}

/** False where the push says that it brought other commits than this head. */
function isAbout(body: string, head: string): boolean {
  let told: unknown;
  try {
    told = JSON.parse(body);
  } catch {
    return true;
  }
  const push = pushBodySchema.safeParse(told);
  return !push.success || push.data.commit_ids.includes(head);
}
