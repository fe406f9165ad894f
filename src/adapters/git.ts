import { delimiter } from 'node:path';
import { ActionError } from '../model/errors.ts';
import { type CommandResult, commandError, type Exec } from './exec.ts';
import type { Remote } from './git-remote.ts';

const LOCAL_TIMEOUT_MS = 120_000;
const NETWORK_TIMEOUT_MS = 300_000;

export interface GitOptions {
  readonly input?: string | Uint8Array;
  /** Where the command may reach over the network; nowhere without it. */
  readonly remote?: Remote;
  readonly indexFile?: string;
  readonly maxBytes?: number;
}

/** A git repository, spoken to through git itself with nothing of it trusted. */
export interface GitRepository {
  /** Folder that git runs in: a work tree or a bare repository. */
  readonly directory: string;
  /** Runs git; returns however it ended. */
  run(args: readonly string[], options?: GitOptions): Promise<CommandResult>;
  /** Runs git; anything but exit 0 is `git/unavailable`. */
  output(args: readonly string[], options?: GitOptions): Promise<Buffer>;
}

/**
 * Opens a repository without asking it anything. The repository's own
 * configuration, hooks, filters, attributes and replace refs are data of
 * somebody else: every setting that could run code is overridden on the
 * command line, and no transport is allowed that the caller did not name.
 */
export function openRepository(
  exec: Exec,
  directory: string,
  options: { readonly bare?: boolean } = {},
): GitRepository {
  const place = options.bare ? [`--git-dir=${directory}`] : [];
  const run = async (
    args: readonly string[],
    call: GitOptions = {},
  ): Promise<CommandResult> => {
    const result = await exec.run({
      file: 'git',
      args: [...fixedArguments(directory, call.remote), ...place, ...args],
      cwd: directory,
      env: gitEnvironment(call),
      toFile: true,
      timeoutMs: call.remote ? NETWORK_TIMEOUT_MS : LOCAL_TIMEOUT_MS,
      ...(call.input === undefined ? {} : { input: call.input }),
      ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
    });
    if (result.failure === 'not-found') {
      throw new ActionError(
        'git/unavailable',
        `git could not be started in ${directory}: is it installed, and does the folder exist?`,
      );
    }
    return result;
  };
  return {
    directory,
    run,
    output: async (args, call) => {
      const result = await run(args, call);
      if (result.exitCode === 0) return result.stdout;
      throw commandError('git/unavailable', `git ${args[0]}`, result);
    },
  };
}

function fixedArguments(directory: string, remote?: Remote): string[] {
  const settings = [
    // GIT_GRAFT_FILE alone makes git give advice in place of the error.
    'advice.graftFileDeprecated=false',
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.attributesFile=/dev/null',
    'core.alternateRefsCommand=',
    'core.askPass=',
    'core.gitProxy=',
    'core.pager=cat',
    'core.quotePath=false',
    'core.sshCommand=',
    'diff.external=',
    'gc.auto=0',
    'maintenance.auto=false',
    'fetch.recurseSubmodules=false',
    'fetch.writeCommitGraph=false',
    'submodule.recurse=false',
    'protocol.version=2',
    'safe.bareRepository=explicit',
    `safe.directory=${directory}`,
    'http.followRedirects=false',
    // An empty helper drops every helper configured before it.
    'credential.helper=',
    'credential.interactive=false',
  ];
  if (remote?.credentialFile) {
    settings.push(
      `credential.helper=store --file=${shellQuote(remote.credentialFile)}`,
    );
  }
  return [
    '--no-pager',
    '--no-replace-objects',
    '--literal-pathspecs',
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
}

/** git hands the helper to a shell. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Built from nothing, so that no GIT_*, token or agent socket gets in. */
function gitEnvironment(options: GitOptions): Record<string, string> {
  return {
    PATH: childPath(process.env['PATH']),
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: options.remote?.protocol ?? 'none',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    // Grafts, like replace refs, would tell another history.
    GIT_GRAFT_FILE: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_COMMAND: `ssh -F ${shellQuote(options.remote?.sshConfigFile ?? '/dev/null')} -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no -o ForwardX11=no`,
    GIT_TERMINAL_PROMPT: '0',
    ...(options.indexFile === undefined
      ? {}
      : { GIT_INDEX_FILE: options.indexFile }),
  };
}

/** PATH without relative entries: a checkout must not bring its own git. */
export function childPath(path: string | undefined): string {
  const absolute = (path ?? '')
    .split(delimiter)
    .filter((entry) => entry.startsWith('/'));
  return absolute.length > 0 ? absolute.join(delimiter) : '/usr/bin:/bin';
}
