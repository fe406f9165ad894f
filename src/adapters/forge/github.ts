import { openComments } from './comments.ts';
import type { Check, Forge, PullRequest } from './forge.ts';
import {
  activitySchema,
  checkRunPageSchema,
  commentPageSchema,
  commentSchema,
  commitSchema,
  listedPullsSchema,
  pullRequestSchema,
  reviewPageSchema,
  runSchema,
  statusPageSchema,
} from './github-schemas.ts';
import { type HttpClient, unavailable } from './http-client.ts';
import { readAnswer, requireVisible } from './read-answer.ts';
import { type PageRequest, readPages, requireAll } from './read-pages.ts';

const PER_PAGE = { name: 'per_page', value: 100 } as const;

/** The account that merges and commits what people click in the browser. */
const WEB_FLOW = 'web-flow';

export function openGithub(client: HttpClient, repository: string): Forge {
  const root = `/repos/${repository}`;
  let visible: Promise<void> | undefined;
  const absent = async () => {
    visible ??= requireVisible(client, root);
    await visible;
  };
  const list = async <Item>(
    request: Omit<PageRequest<Item>, 'pageSize'>,
  ): Promise<readonly Item[]> => {
    const paged = { ...request, pageSize: PER_PAGE };
    return requireAll(client, request.path, await readPages(client, paged));
  };
  const readPull = async (number: number) => {
    const path = `${root}/pulls/${number}`;
    const pull = await readAnswer(client, path, pullRequestSchema);
    if (!pull) await absent();
    if (!pull || pull.number === number) return pull;
    const what = `this is pull request ${pull.number}`;
    throw unavailable({ method: 'GET', path }, client.api, what);
  };
  return {
    readPull,
    findMerged: (sha) =>
      findMerged(client, `${root}/commits/${sha}/pulls`, { readPull, absent }),
    listReviews: (number) =>
      list({
        path: `${root}/pulls/${number}/reviews`,
        schema: reviewPageSchema,
        key: ({ id }) => id,
      }),
    listChecks: async (sha) => {
      const commit = `${root}/commits/${sha}`;
      const [statuses, runs] = await Promise.all([
        list<Check>({
          path: `${commit}/status`,
          schema: statusPageSchema,
          key: ({ name }) => name,
        }),
        list({
          path: `${commit}/check-runs`,
          schema: checkRunPageSchema,
          key: ({ id }) => id,
        }),
      ]);
      return [...statuses, ...runs.map(({ check }) => check)];
    },
    findLastPushers: (pull, head) =>
      findLastPushers(client, root, { pull, head }),
    readRun: async ({ id, number, attempt }) => {
      if (!/^[0-9]+$/.test(id) || !/^[0-9]+$/.test(attempt)) return 'unknown';
      const path = `${root}/actions/runs/${id}/attempts/${attempt}`;
      const run = await readAnswer(client, path, runSchema);
      if (String(run?.run_number) !== number) return 'unknown';
      return run?.status === 'completed' ? 'over' : 'going';
    },
    ...openComments(
      client,
      root,
      (number) =>
        list({
          path: `${root}/issues/${number}/comments`,
          schema: commentPageSchema,
          key: ({ id }) => id,
        }),
      commentSchema,
    ),
  };
}

/** The list tells also of open ones, and not by whom they were merged. */
async function findMerged(
  client: HttpClient,
  path: string,
  {
    readPull,
    absent,
  }: {
    readonly readPull: (number: number) => Promise<PullRequest | undefined>;
    readonly absent: () => Promise<void>;
  },
): Promise<readonly PullRequest[]> {
  const listing = await readPages(client, {
    path,
    pageSize: PER_PAGE,
    schema: listedPullsSchema,
    key: ({ number }) => number,
  });
  // GitHub knows no such commit here.
  if (!listing) {
    await absent();
    return [];
  }
  const pulls = await Promise.all(
    listing.items
      .filter(({ merged_at }) => merged_at !== null)
      .map(({ number }) => readPull(number)),
  );
  return pulls.flatMap((pull) => (pull?.merged ? [pull] : []));
}

/**
 * Whoever moved the branch to the head, where GitHub still tells, and whoever
 * it knows by the addresses in the commit. Addresses are free text: they can
 * only add somebody who then does not count.
 */
async function findLastPushers(
  client: HttpClient,
  root: string,
  { pull, head }: { readonly pull: PullRequest; readonly head: string },
): Promise<readonly string[] | undefined> {
  const ref = encodeURIComponent(`refs/heads/${pull.head.ref}`);
  const place = pull.head.repository;
  const [moves, commit] = await Promise.all([
    place === undefined
      ? undefined
      : readAnswer(
          client,
          `/repos/${place}/activity?ref=${ref}&per_page=100`,
          activitySchema,
        ),
    readAnswer(client, `${root}/commits/${head}`, commitSchema),
  ]);
  const move = moves?.find(({ after }) => after === head);
  const logins = [move?.actor, commit?.author, commit?.committer].flatMap(
    (account) => (account && account.login !== WEB_FLOW ? [account.login] : []),
  );
  return logins.length > 0 ? logins : undefined;
}
