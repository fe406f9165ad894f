import { forgejoAnswers } from './forge-api-forgejo.ts';
import { githubAnswers } from './forge-api-github.ts';
import { type ForgeSetup, makeForgeSetup } from './forge-api-setup.ts';
import type { RouteAnswer, RouteRequest } from './git-http.ts';

/** A review, in the words of Forgejo. */
export interface ScriptedReview {
  readonly login: string;
  readonly state: string;
  readonly commit: string;
  readonly official?: boolean;
  readonly stale?: boolean;
  readonly dismissed?: boolean;
}

export interface ScriptedPull {
  readonly number: number;
  readonly author: string;
  readonly base: string;
  readonly headRef: string;
  readonly head: string;
  /** Null where it is open, or closed without a merge. */
  readonly mergeCommit: string | null;
  readonly mergedBy: string | null;
  readonly mergeBase: string;
  /** What GitHub names beside the merge commit: all commits that it brought. */
  readonly brought: readonly string[];
  readonly reviews: readonly ScriptedReview[];
  /** Pushes after it was opened, oldest first. */
  readonly pushes: readonly {
    readonly login: string;
    readonly commit: string;
  }[];
}

export interface ScriptedComment {
  readonly id: number;
  readonly issue: number;
  body: string;
}

/** What the API of a forge knows; tests change it as they like. */
export interface ForgeState {
  readonly repository: string;
  readonly token: string;
  readonly pulls: ScriptedPull[];
  /** Commit -> name of a check -> its state. */
  readonly statuses: Map<string, Map<string, string>>;
  /** What apps of GitHub add to them: how a run ended, null where it has not. */
  readonly checkRuns: Map<string, Map<string, string | null>>;
  readonly comments: ScriptedComment[];
  readonly setup: ForgeSetup;
  /** Id of a run -> its number, and its state in the words of the forge. */
  readonly runs: Map<string, { readonly number: number; status: string }>;
}

export interface ForgeApi {
  readonly state: ForgeState;
  /** `<METHOD> <path and query>` below the API, in order. */
  readonly requests: string[];
  /** Answers in the API's place; undefined lets it answer. */
  setFault(
    fault:
      | ((
          request: RouteRequest,
          answer: () => RouteAnswer,
        ) => RouteAnswer | undefined)
      | undefined,
  ): void;
  route(request: RouteRequest): RouteAnswer | undefined;
}

/** Answers of a forge's API: Forgejo's below /api/v1, GitHub's below /api/v3. */
export function makeForgeApi(repository: string, token: string): ForgeApi {
  const state: ForgeState = {
    repository,
    token,
    pulls: [],
    statuses: new Map(),
    checkRuns: new Map(),
    comments: [],
    setup: makeForgeSetup(),
    runs: new Map(),
  };
  const requests: string[] = [];
  let fault: Parameters<ForgeApi['setFault']>[0];
  return {
    state,
    requests,
    setFault: (next) => {
      fault = next;
    },
    route: (request) => {
      const match = /^\/api\/(v1|v3)(\/.*)$/.exec(request.url.pathname);
      if (!match) return undefined;
      requests.push(`${request.method} ${match[2]}${request.url.search}`);
      const answers = match[1] === 'v1' ? forgejoAnswers : githubAnswers;
      const answer = (): RouteAnswer =>
        request.headers.authorization === `Bearer ${token}`
          ? (answers(state, request, match[2] ?? '') ?? {
              status: 404,
              body: { message: 'not found', url: 'http://forge/api/swagger' },
            })
          : { status: 401, body: { message: 'token is required' } };
      return fault?.(request, answer) ?? answer();
    },
  };
}

/** One page of a list, and the place of the page in it. */
export function cutPage<Item>(
  items: readonly Item[],
  url: URL,
  size: { readonly name: string; readonly most: number },
): { readonly page: readonly Item[]; readonly link: Record<string, string> } {
  const asked = Number(url.searchParams.get(size.name) ?? 30);
  const limit = Math.min(asked, size.most);
  const number = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / limit));
  const to = (page: number, rel: string) => {
    const address = new URL(url);
    address.searchParams.set('page', String(page));
    return `<${address.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [to(Math.min(number - 1, last), 'prev')] : []),
    ...(number < last ? [to(number + 1, 'next'), to(last, 'last')] : []),
  ];
  return {
    page: items.slice((number - 1) * limit, number * limit),
    link: links.length > 0 ? { link: links.join(',') } : {},
  };
}
