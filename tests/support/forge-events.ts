/** What a forge tells a runner about why a job runs. */
export interface ForgeEvent {
  readonly name: string;
  readonly sha: string;
  readonly ref: string;
  /** Content of the event file; a string is written as it is. */
  readonly payload: unknown;
}

const repository = {
  id: 7,
  name: 'platform',
  full_name: 'acme/platform',
  default_branch: 'main',
  private: true,
};
const person = { id: 1, login: 'ada', username: 'ada' };

/**
 * A push as Forgejo sends it: at most five commits, and no word of the files.
 * They are wrong on purpose, since nothing may be derived from them.
 */
export function pushEvent(
  before: string,
  after: string,
  ref = 'refs/heads/main',
): ForgeEvent {
  const commits = Array.from({ length: 5 }, (_each, index) => ({
    id: String(index).repeat(40),
    message: 'not what was pushed',
    added: ['README.md'],
    modified: ['docs/notes.md'],
    removed: [],
  }));
  return {
    name: 'push',
    sha: after,
    ref,
    payload: {
      ref,
      before,
      after,
      compare_url: 'http://forge.invalid/compare',
      commits,
      total_commits: 0,
      head_commit: commits[0],
      repository,
      pusher: person,
      sender: person,
    },
  };
}

/** A dispatch by hand: Forgejo leaves empty inputs out of the event. */
export function dispatchEvent(
  sha: string,
  inputs: Readonly<Record<string, string>> = {},
  ref = 'refs/heads/main',
): ForgeEvent {
  const filled = Object.entries(inputs).filter(([, value]) => value !== '');
  return {
    name: 'workflow_dispatch',
    sha,
    ref,
    payload: {
      ref,
      inputs: Object.fromEntries(filled),
      repository,
      sender: person,
      workflow: 'auto-apply.yml',
    },
  };
}

/** A pull request as Forgejo sends it: `sha` is the head, there is no merge. */
export function pullRequestEvent(
  base: string,
  head: string,
  options: { readonly name?: string; readonly fork?: boolean } = {},
): ForgeEvent {
  const { name = 'pull_request', fork = false } = options;
  const from = fork ? { ...repository, full_name: 'eve/platform' } : repository;
  return {
    name,
    sha: name === 'pull_request_target' ? base : head,
    ref:
      name === 'pull_request_target' ? 'refs/heads/main' : 'refs/pull/3/head',
    payload: {
      action: 'synchronized',
      number: 3,
      commit_id: head,
      pull_request: {
        number: 3,
        base: { sha: base, ref: 'main', repo: repository },
        head: { sha: head, ref: 'change', repo: from },
      },
      repository,
      sender: person,
    },
  };
}

/** An event that no lane knows, such as a comment or a schedule. */
export function otherEvent(name: string, sha: string): ForgeEvent {
  const payload = {
    action: 'created',
    comment: { body: '/apply site' },
    issue: { number: 3, pull_request: {} },
    repository,
    sender: person,
  };
  return { name, sha, ref: 'refs/heads/main', payload };
}
