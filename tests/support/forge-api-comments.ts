import type { ForgeState } from './forge-api.ts';
import type { RouteAnswer, RouteRequest } from './git-http.ts';

/** Comments, which both forges write the same way. */
export function answerComments(
  state: ForgeState,
  { method, body }: RouteRequest,
  path: string,
  forge: {
    readonly user: unknown;
    readonly list: (bodies: readonly unknown[]) => RouteAnswer;
  },
): RouteAnswer | undefined {
  const issue = Number(/^\/issues\/(\d+)\/comments$/.exec(path)?.[1]);
  const one = Number(/^\/issues\/comments\/(\d+)$/.exec(path)?.[1]);
  const render = (comment: ForgeState['comments'][number]) => ({
    id: comment.id,
    body: comment.body,
    user: forge.user,
  });
  const text = () => (JSON.parse(body) as { body: string }).body;
  if (issue && method === 'GET') {
    const found = state.comments.filter((each) => each.issue === issue);
    return forge.list(found.map(render));
  }
  if (issue && method === 'POST') {
    const id = state.comments.length + 1;
    const comment = { id, issue, body: text() };
    state.comments.push(comment);
    return { status: 201, body: render(comment) };
  }
  const comment = state.comments.find(({ id }) => id === one);
  if (comment === undefined || method !== 'PATCH') return undefined;
  comment.body = text();
  return { body: render(comment) };
}
