import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type ForgeApi, makeForgeApi } from './forge-api.ts';
import { type ForgeEvent, pullRequestEvent } from './forge-events.ts';
import { type JobRun, runWorkflow } from './forge-runner.ts';
import { type GitHttpServer, startGitHttp } from './git-http.ts';
import type { Changes, Platform } from './platform.ts';
import type { Flavour } from './runner-job.ts';
import { makeScopePlatform } from './scope-run.ts';
import { readWorkflowFile } from './workflow-files.ts';

const REPOSITORY = 'acme/platform';
const TOKEN = 'token-of-the-job';

/** A platform on a forge with an API, whose pull request 3 is checked. */
export interface PullRequestStand {
  readonly platform: Platform;
  readonly api: ForgeApi;
  /** Comments on the pull request. */
  comments(): string[];
  /** Makes the changes the pull request's, and runs the check. */
  check(
    changes: Changes,
    options?: { readonly fork?: boolean },
  ): Promise<JobRun>;
  close(): Promise<void>;
}

export async function openPullRequestStand(
  flavour: Flavour,
): Promise<PullRequestStand> {
  const platform = makeScopePlatform();
  const api = makeForgeApi(REPOSITORY, TOKEN);
  const forge = await serve(platform, api);
  let number = 0;
  return {
    platform,
    api,
    comments: () => api.state.comments.map(({ body }) => body),
    check: async (changes, { fork = false } = {}) => {
      number += 1;
      const event = open(platform, changes, flavour, fork);
      return runWorkflow({
        workflow: readWorkflowFile('workflows/pr-check.yml'),
        forge: { url: forge.url, repository: REPOSITORY, token: TOKEN },
        ...{ event, flavour, number, machine: {}, secrets: {} },
        root: join(platform.root, 'jobs', String(number)),
      });
    },
    close: async () => {
      await forge.close();
      platform.close();
    },
  };
}

/** What the forge makes of a pull request: its refs, and the event. */
function open(
  platform: Platform,
  changes: Changes,
  flavour: Flavour,
  fork: boolean,
): ForgeEvent {
  const { git } = platform;
  const base = git('rev-parse', 'HEAD');
  const head = platform.commit(changes);
  const tree = git('rev-parse', `${head}^{tree}`);
  const merge = git('commit-tree', tree, '-p', base, '-p', head, '-m', 'merge');
  git('push', '-q', '-f', 'origin', `${base}:refs/heads/main`);
  git('push', '-q', '-f', 'origin', `${head}:refs/pull/3/head`);
  git('push', '-q', '-f', 'origin', `${merge}:refs/pull/3/merge`);
  git('reset', '-q', '--hard', base);
  const event = pullRequestEvent(base, head, { fork });
  // GitHub checks out the commit that a merge would make.
  return flavour === 'github'
    ? { ...event, sha: merge, ref: 'refs/pull/3/merge' }
    : event;
}

function serve(platform: Platform, api: ForgeApi): Promise<GitHttpServer> {
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, `${REPOSITORY}.git`));
  platform.git(
    ...['-C', platform.remote, 'config', 'uploadpack.allowFilter', 'true'],
  );
  return startGitHttp({ root, token: TOKEN, route: (each) => api.route(each) });
}
