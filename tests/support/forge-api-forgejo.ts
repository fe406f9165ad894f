import { cutPage, type ForgeState, type ScriptedPull } from './forge-api.ts';
import { answerComments } from './forge-api-comments.ts';
import { forgejoSetupAnswers, permissionsOf } from './forge-api-setup.ts';
import type { RouteAnswer, RouteRequest } from './git-http.ts';

const LIMIT = { name: 'limit', most: 50 } as const;

const user = (login: string) => ({
  // Its own automation and ghosts have no positive number.
  id: login === 'forgejo-actions' ? -2 : 1 + login.length,
  login,
  full_name: '',
  email: `${login}@noreply.forge.example`,
});

/** What Forgejo answers below /api/v1; undefined is 404. */
export function forgejoAnswers(
  state: ForgeState,
  request: RouteRequest,
  path: string,
): RouteAnswer | undefined {
  const root = `/repos/${state.repository}`;
  if (path === '/version') return { body: { version: state.setup.version } };
  if (path === root) {
    const permissions = permissionsOf(state.setup);
    return { body: { id: 7, full_name: state.repository, permissions } };
  }
  if (!path.startsWith(`${root}/`)) return undefined;
  const setup = forgejoSetupAnswers(state.setup, path.slice(root.length));
  if (setup) return setup;
  const [kind, name, what] = path.slice(root.length + 1).split('/');
  const number = Number(name);
  const pull = state.pulls.find((each) => each.number === number);
  if (kind === 'actions' && name === 'runs') {
    const run = state.runs.get(what ?? '');
    const { number: index_in_repo, status } = run ?? {};
    return run && { body: { id: Number(what), index_in_repo, status } };
  }
  switch (`${request.method} ${kind} ${what ?? ''}`) {
    case 'GET commits pull': {
      const merged = state.pulls.find((each) => each.mergeCommit === name);
      return merged && { body: pullBody(state, merged) };
    }
    case 'GET pulls ':
      return pull && { body: pullBody(state, pull) };
    case 'GET pulls reviews':
      return pull && reviews(pull, request);
    case 'GET commits status':
      return statuses(state, name ?? '', request);
    case 'GET issues timeline':
      return pull && { body: timeline(pull) };
    default:
      return answerComments(state, request, path.slice(root.length), {
        user: user('forgejo-actions'),
        list: (bodies) => ({ body: bodies }),
      });
  }
}

function pullBody({ repository }: ForgeState, pull: ScriptedPull) {
  const repo = { id: 7, name: 'platform', full_name: repository };
  const merged = pull.mergeCommit !== null;
  return {
    id: 100 + pull.number,
    url: `http://forge.example/${repository}/pulls/${pull.number}`,
    number: pull.number,
    user: user(pull.author),
    title: `Change ${pull.number}`,
    body: '',
    state: merged ? 'closed' : 'open',
    draft: false,
    mergeable: !merged,
    merged,
    merged_at: merged ? '2026-05-16T11:00:00Z' : null,
    merge_commit_sha: pull.mergeCommit,
    merged_by: pull.mergedBy === null ? null : user(pull.mergedBy),
    merge_base: pull.mergeBase,
    base: {
      label: pull.base,
      ref: pull.base,
      sha: pull.mergeBase,
      repo_id: 7,
      repo,
    },
    head: {
      label: pull.headRef,
      ref: pull.headRef,
      sha: pull.head,
      repo_id: 7,
      repo,
    },
  };
}

/** Without a page all of them come; what others have not sent yet never does. */
function reviews(pull: ScriptedPull, { url }: RouteRequest): RouteAnswer {
  const bodies = pull.reviews.map((review, index) => ({
    id: index + 1,
    user: user(review.login),
    team: null,
    state: review.state,
    body: '',
    commit_id: review.commit,
    stale: review.stale ?? false,
    official: review.official ?? true,
    dismissed: review.dismissed ?? false,
    comments_count: 0,
    submitted_at: '2026-05-16T10:00:00Z',
  }));
  const { page } = url.searchParams.has('page')
    ? cutPage(bodies, url, LIMIT)
    : { page: bodies };
  return {
    headers: { 'x-total-count': String(bodies.length) },
    body: page.filter(({ state }) => state !== 'PENDING'),
  };
}

/** `total_count` is the length of the page; the header counts them all. */
function statuses(
  state: ForgeState,
  sha: string,
  { url }: RouteRequest,
): RouteAnswer {
  const all = [...(state.statuses.get(sha) ?? [])].map(
    ([context, status], index) => ({
      id: index + 1,
      status,
      context,
      description: '',
      target_url: '',
      creator: user('forgejo-actions'),
    }),
  );
  const { page } = cutPage(all, url, LIMIT);
  return {
    headers: { 'x-total-count': String(all.length) },
    body:
      all.length === 0
        ? { state: '', sha: '', total_count: 0, statuses: null }
        : { state: 'success', sha, total_count: page.length, statuses: page },
  };
}

function timeline(pull: ScriptedPull) {
  const event = (type: string, login: string, body: string) => ({
    type,
    user: user(login),
    body,
  });
  return [
    event('comment', 'somebody', 'looks good'),
    ...pull.pushes.map(({ login, commit }) =>
      event(
        'pull_push',
        login,
        JSON.stringify({ is_force_push: false, commit_ids: [commit] }),
      ),
    ),
    event('merge_pull', pull.mergedBy ?? 'nobody', ''),
  ].map((each, index) => ({ id: index + 1, ...each }));
}
