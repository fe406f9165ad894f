import { cutPage, type ForgeState, type ScriptedPull } from './forge-api.ts';
import { answerComments } from './forge-api-comments.ts';
import { githubSetupAnswers, permissionsOf } from './forge-api-setup.ts';
import type { RouteAnswer, RouteRequest } from './git-http.ts';

const PER_PAGE = { name: 'per_page', most: 100 } as const;

const user = (login: string) => ({
  id: 1 + login.length,
  login,
  type: login.endsWith('[bot]') ? 'Bot' : 'User',
  site_admin: false,
});

const STATES: Readonly<Record<string, string>> = {
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
};

/** What GitHub answers below /api/v3; undefined is 404. */
export function githubAnswers(
  state: ForgeState,
  request: RouteRequest,
  path: string,
): RouteAnswer | undefined {
  const root = `/repos/${state.repository}`;
  if (path === root) {
    const permissions = permissionsOf(state.setup);
    return { body: { id: 7, full_name: state.repository, permissions } };
  }
  if (!path.startsWith(`${root}/`)) return undefined;
  const setup = githubSetupAnswers(
    state.setup,
    path.slice(root.length),
    request.url,
  );
  if (setup) return setup;
  const [kind, name = '', what = ''] = path.slice(root.length + 1).split('/');
  const number = Number(name);
  const pull = state.pulls.find((each) => each.number === number);
  const listed = (items: readonly unknown[]): RouteAnswer => {
    const { page, link } = cutPage(items, request.url, PER_PAGE);
    return { headers: link, body: page };
  };
  const attempt = /^\/actions\/runs\/([0-9]+)\/attempts\/1$/;
  const run = state.runs.get(attempt.exec(path.slice(root.length))?.[1] ?? '');
  if (run) return { body: { run_number: run.number, status: run.status } };
  switch (`${request.method} ${kind} ${what}`) {
    case 'GET commits pulls':
      return listed(
        state.pulls
          .filter((each) =>
            [each.mergeCommit, each.head, ...each.brought].includes(name),
          )
          .map((each) => listedPull(state, each)),
      );
    case 'GET pulls ':
      return pull && { body: wholePull(state, pull) };
    case 'GET pulls reviews':
      return pull && listed(pull.reviews.map(reviewBody));
    case 'GET commits status':
      return statuses(state, name, request);
    case 'GET commits check-runs':
      return checkRuns(state, name, request);
    case 'GET commits ':
      return { body: { sha: name, author: null, committer: user('web-flow') } };
    case 'GET activity ':
      return listed(state.pulls.flatMap(activity));
    default:
      return answerComments(state, request, path.slice(root.length), {
        user: user('github-actions[bot]'),
        list: listed,
      });
  }
}

/** Newest first. */
function activity(pull: ScriptedPull) {
  const first = { login: pull.author, commit: pull.head };
  const pushes = pull.pushes.length > 0 ? pull.pushes : [first];
  return pushes.toReversed().map(({ login, commit }) => ({
    after: commit,
    actor: user(login),
    ref: `refs/heads/${pull.headRef}`,
    activity_type: 'push',
  }));
}

function listedPull({ repository }: ForgeState, pull: ScriptedPull) {
  const repo = { id: 7, name: 'platform', full_name: repository };
  return {
    number: pull.number,
    state: pull.mergeCommit === null ? 'open' : 'closed',
    title: `Change ${pull.number}`,
    user: user(pull.author),
    merged_at: pull.mergeCommit === null ? null : '2026-05-16T11:00:00Z',
    // While it is open this is a merge that was only tried.
    merge_commit_sha: pull.mergeCommit ?? 'f'.repeat(40),
    base: { label: pull.base, ref: pull.base, sha: pull.mergeBase, repo },
    head: { label: pull.headRef, ref: pull.headRef, sha: pull.head, repo },
  };
}

function wholePull(state: ForgeState, pull: ScriptedPull) {
  return {
    ...listedPull(state, pull),
    merged: pull.mergeCommit !== null,
    merged_by: pull.mergedBy === null ? null : user(pull.mergedBy),
    changed_files: 3,
  };
}

function reviewBody(review: ScriptedPull['reviews'][number], index: number) {
  return {
    id: index + 1,
    user: user(review.login),
    state: review.dismissed
      ? 'DISMISSED'
      : (STATES[review.state] ?? review.state),
    commit_id: review.commit,
    author_association: (review.official ?? true) ? 'MEMBER' : 'CONTRIBUTOR',
    submitted_at: '2026-05-16T10:00:00Z',
  };
}

function statuses(
  state: ForgeState,
  sha: string,
  { url }: RouteRequest,
): RouteAnswer {
  const all = [...(state.statuses.get(sha) ?? [])].map(([context, each]) => ({
    context,
    state: each,
  }));
  const { page, link } = cutPage(all, url, PER_PAGE);
  return {
    headers: link,
    body: { state: 'pending', sha, total_count: all.length, statuses: page },
  };
}

function checkRuns(
  state: ForgeState,
  sha: string,
  { url }: RouteRequest,
): RouteAnswer {
  const all = [...(state.checkRuns.get(sha) ?? [])].map(
    ([name, conclusion], index) => ({
      id: index + 1,
      head_sha: sha,
      name,
      status: conclusion === null ? 'in_progress' : 'completed',
      conclusion,
      app: { id: 15368, slug: 'github-actions' },
    }),
  );
  const { page, link } = cutPage(all, url, PER_PAGE);
  return {
    headers: link,
    body: { total_count: all.length, check_runs: page },
  };
}
