import { readFileSync } from 'node:fs';
import type { GitRepository } from '../adapters/git.ts';
import { InputError } from '../model/errors.ts';

/** Options of commands that ask the forge. */
export interface ForgeOptions {
  readonly apiUrl?: string;
  readonly repository?: string;
  readonly tokenFile?: string;
}

/** The forge as a person at a terminal means it. */
export interface LocalForge {
  readonly apiUrl: string;
  readonly repository: string;
  readonly token: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const TOKENS = [
  'APPLY_GATES_TOKEN',
  'FORGEJO_TOKEN',
  'GITEA_TOKEN',
  'GITHUB_TOKEN',
];

/**
 * Where the forge is and with which token it is asked: what the options say,
 * else the environment, else the remote `origin`. A token is never an option,
 * which everybody on the machine could read.
 */
export async function readLocalForge(
  repository: GitRepository,
  options: ForgeOptions,
  env: Environment = process.env,
): Promise<LocalForge> {
  const origin = await repository.run(['config', '--get', 'remote.origin.url']);
  const found = parseOrigin(origin.stdout.toString('utf8').trim());
  return {
    apiUrl: options.apiUrl ?? (env['APPLY_GATES_API_URL'] || found.apiUrl),
    repository:
      options.repository ?? (env['APPLY_GATES_REPOSITORY'] || found.repository),
    token: readToken(options.tokenFile, env),
  };
}

function parseOrigin(
  origin: string,
): Pick<LocalForge, 'apiUrl' | 'repository'> {
  const match =
    /^(?:(https?):\/\/(?:[^/@]*@)?([^/]+)|ssh:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?|[\w.-]+@([\w.-]+):)\/?([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
      origin,
    );
  if (!match) return { apiUrl: '', repository: '' };
  const [, scheme = 'https', web, ssh, short, repository = ''] = match;
  const host = web ?? ssh ?? short ?? '';
  return {
    repository,
    apiUrl:
      host === 'github.com'
        ? 'https://api.github.com'
        : `${scheme}://${host}/api/v1`,
  };
}

function readToken(
  file: string | undefined,
  env: Environment,
): string | undefined {
  if (file === undefined) {
    return TOKENS.map((name) => env[name]).find(Boolean);
  }
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    throw new InputError('--token-file', file, 'a file that can be read');
  }
}
