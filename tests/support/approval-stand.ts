import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { approvedShaVerifyStep } from '../../src/actions/approved-sha-verify/run.ts';
import type { executeStep, Ports } from '../../src/actions/step.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import { type ForgeApi, makeForgeApi } from './forge-api.ts';
import { type GitHttpServer, startGitHttp } from './git-http.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { openPullRequests, type PullRequests } from './pull-requests.ts';
import { dispatchEvent, makeStepRun } from './step-run.ts';

const REPOSITORY = 'acme/platform';
const TOKEN = 'token-of-the-job';

export type ForgeFlavour = 'forgejo' | 'gitea' | 'github';

/** A platform on a forge with an API, and the approval gate to ask it. */
export interface ApprovalStand {
  readonly platform: Platform;
  readonly api: ForgeApi;
  readonly forge: GitHttpServer;
  readonly pulls: PullRequests;
  /** Verifies the tip of main, or what the inputs name. */
  verify(
    inputs?: Readonly<Record<string, string>>,
    over?: VerifyOptions,
  ): ReturnType<typeof executeStep>;
  close(): Promise<void>;
}

export interface VerifyOptions {
  readonly flavour?: ForgeFlavour;
  readonly event?: LaneEvent;
  readonly ports?: Partial<Ports>;
  readonly ownChecks?: readonly string[];
  /** Address that leads to the forge; its own by default. */
  readonly url?: string;
  /** Checkout that is verified; the one of the platform by default. */
  readonly workspace?: string;
}

export interface StandSettings {
  /** Lines of `approval:` in the policy. */
  readonly approval?: string;
  readonly files?: Changes;
}

/** Modules `web` and `db`, and a compose file that `web` has elsewhere. */
export async function openApprovalStand(
  settings: StandSettings = {},
): Promise<ApprovalStand> {
  const platform = makePlatform({
    'README.md': 'platform\n',
    '.platform/gates.yaml': [
      'schema: 1',
      'hosts: {here: {transport: local}}',
      'ignore: [README.md]',
      `approval: {${settings.approval ?? ''}}`,
      '',
    ].join('\n'),
    'modules/web/module.yaml': manifest('web', 'paths: ["shared/web/**"]'),
    'modules/db/module.yaml': manifest('db'),
    ...settings.files,
  });
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, REPOSITORY));
  const api = makeForgeApi(REPOSITORY, TOKEN);
  const forge = await startGitHttp({ root, token: TOKEN, route: api.route });
  const pulls = openPullRequests(platform, api.state);
  return {
    platform,
    api,
    forge,
    pulls,
    verify(inputs = {}, options = {}) {
      const { flavour = 'forgejo', ports = {}, ownChecks = [] } = options;
      const { url = forge.url, workspace = platform.checkout } = options;
      const head = platform.git('rev-parse', 'HEAD');
      const event = options.event ?? dispatchEvent(head);
      const run = makeStepRun(platform, event);
      const version = flavour === 'github' ? 'v3' : 'v1';
      const context = {
        ...run.ports.context,
        flavour,
        ownChecks,
        repository: REPOSITORY,
        workspace,
        serverUrl: url,
        remoteAddress: `${url}/${REPOSITORY}`,
        apiUrl: `${url}/api/${version}`,
      };
      const given = { modules: '["web"]', token: TOKEN, ...inputs };
      return makeStepRun(platform, event, { context, ...ports }).run(
        approvedShaVerifyStep,
        given,
      );
    },
    close: async () => {
      await forge.close();
      platform.close();
    },
  };
}

function manifest(id: string, more = ''): string {
  return [
    'schema: 1',
    `id: ${id}`,
    'stateful: false',
    'host: here',
    'driver: command',
    'command: {plan: [sh, plan.sh], apply: [sh, apply.sh], health: ["true"]}',
    more,
    '',
  ].join('\n');
}
