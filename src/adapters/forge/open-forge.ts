import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Clock } from '../clock.ts';
import type { RunContext } from '../run-context.ts';
import type { Forge } from './forge.ts';
import { type HttpLimits, openHttpClient } from './http-client.ts';

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

/** Opens the forge of a run. Nothing is asked yet. */
export async function openForge(access: ForgeAccess): Promise<Forge> {
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
  const options = {
    api: access.apiUrl || context.apiUrl,
    token,
    clock,
    ...(limits && { limits }),
  };
  if (isGithub(flavour, options.api)) {
    const { openGithub } = await import('./github.ts');
    const client = openHttpClient({ ...options, headers: GITHUB_HEADERS });
    return openGithub(client, repository);
  }
  const { openForgejo } = await import('./forgejo.ts');
  const headers = { accept: 'application/json' };
  return openForgejo(openHttpClient({ ...options, headers }), repository);
}
