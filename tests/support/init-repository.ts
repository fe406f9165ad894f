import { type CommandRun, runCommand } from './command-line.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';

/** A repository that knows nothing of gates yet. */
export interface InitRepository extends Platform {
  /** `apply-gates init . <args> --json`. */
  init(...args: readonly string[]): Promise<CommandRun>;
  /** Any command of apply-gates in it. */
  run(...args: readonly string[]): Promise<CommandRun>;
}

export const HOST = ['--host', 'web1=deploy@web1.example.org'] as const;
export const SHA = '8f3b0c5d1e7a92464be0c1d3f5a7986e2b4d6f80';

/** What init asks for, on each forge. */
export const FORGEJO = [
  ...HOST,
  ...['--forge', 'forgejo', '--actions-sha', SHA],
  ...['--actions-url', 'https://forge.example/ops/apply-gates'],
] as const;
export const GITHUB = [
  ...HOST,
  ...['--forge', 'github', '--actions-sha', SHA],
  ...['--actions-url', 'https://github.com/ops/apply-gates'],
] as const;

export const STATELESS = 'services:\n  web:\n    image: nginx:1.27\n';

/** Apps as people lay them out, and what else lies around. */
export const APPS: Changes = {
  'README.md': 'hello\n',
  'docs/a/notes.md': 'notes\n',
  'apps/notes.md': 'notes\n',
  'apps/proxy/compose.yaml': `${STATELESS}    volumes: [./conf:/conf:ro]\n`,
  'apps/proxy/conf/site.conf': 'listen 80;\n',
  'apps/wiki/docker-compose.yml':
    'services:\n  wiki:\n    image: wiki:2\n    env_file: .env\n    volumes: [./data:/data]\n',
  'apps/wiki/docker-compose.override.yml':
    'services:\n  wiki:\n    environment: {A: b}\n',
  'modules/db/compose.yaml':
    'services:\n  db:\n    image: postgres:16\n    volumes: [data:/x, ./init:/init]\nvolumes: {data: {}}\n',
};

export function makeInitRepository(files: Changes): InitRepository {
  const platform = makePlatform(files);
  return {
    ...platform,
    init: (...args) => runCommand(platform, 'init', '.', ...args, '--json'),
    run: (...args) => runCommand(platform, ...args),
  };
}

/** The code of a verdict, or of its findings. */
export function codeOf(run: CommandRun): string {
  return (run.json() as { verdict: { code: string } }).verdict.code;
}
