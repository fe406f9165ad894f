import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Clock } from '../clock.ts';
import type { RunContext } from '../run-context.ts';
import type { Forge } from './forge.ts';
import {
  type HttpClient,
  type HttpLimits,
  openHttpClient,
} from './http-client.ts';

export interface ForgeAccess {
  readonly context: Pick<RunContext, 'flavour' | 'apiUrl' | 'repository'>;
  readonly clock: Clock;
  /** Input `api-url`; else what the runner says. */
  readonly apiUrl?: string | undefined;
  readonly token: string | undefined;
  readonly limits?: Partial<HttpLimits>;
}

/** Headers that GitHub asks its clients for. */
const GITHUB_HEADERS = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
};

/** At a terminal nobody says which it is, and the address does. */
function isGithub(flavour: RunContext['flavour'], api: string): boolean {
  if (flavour !== 'local') return flavour === 'github';
  return /^https:\/\/api\.github\.com\/?$|\/api\/v3\/?$/.test(api);
}

/** A client of the API of a forge, and whose API it is. */
export interface ForgeClient {
  readonly flavour: 'forgejo' | 'github';
  readonly client: HttpClient;
  /** `owner/name` */
  readonly repository: string;
}

/** Opens the API of a forge. Nothing is asked yet. */
export function openForgeClient(access: ForgeAccess): ForgeClient {
  const { context, clock, token, limits } = access;
  const { repository, flavour } = context;
  if (!token) {
    throw new ActionError(
      'approval/token-missing',
      'The forge cannot be asked without a token',
    );
  }
  if (!/^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/.test(repository)) {
    throw new ActionError(
      'input/malformed',
      `repository: ${printable(JSON.stringify(repository))} is not allowed; give owner/name`,
    );
  }
  const api = access.apiUrl || context.apiUrl;
  const github = isGithub(flavour, api);
  const headers = github ? GITHUB_HEADERS : { accept: 'application/json' };
  const options = { api, token, clock, headers, ...(limits && { limits }) };
  const client = openHttpClient(options);
  return { flavour: github ? 'github' : 'forgejo', client, repository };
}

/** Opens the forge of a run. Nothing is asked yet. */
export async function openForge(access: ForgeAccess): Promise<Forge> {
  const { flavour, client, repository } = openForgeClient(access);
  if (flavour === 'github') {
    const { openGithub } = await import('./github.ts');
    return openGithub(client, repository);
  }
  const { openForgejo } = await import('./forgejo.ts');
  return openForgejo(client, repository);
}
