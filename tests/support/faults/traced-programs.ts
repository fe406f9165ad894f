import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../program-path.ts';
import { pathOf } from '../requirements.ts';

/** One system call of one process, and what becomes of it. */
export interface Strike {
  /** `<program>.<n>`: the n-th start of it, such as `receive-pack.1`. */
  readonly launch: string;
  readonly call: string;
  /** Counted from 1 within the main thread of that process. */
  readonly nth: number;
  readonly fault: 'error=EIO' | 'signal=KILL';
}

/** Programs that are looked for by name and started through strace. */
export interface TracedPrograms {
  /** Goes to the front of PATH. */
  readonly bin: string;
  /** What every process calls, `<launch>` -> lines of strace. */
  record(work: () => Promise<void>): Promise<ReadonlyMap<string, string[]>>;
  /** Lets one system call fail, or end its process; true where it came to be. */
  strike(strike: Strike, work: () => Promise<void>): Promise<boolean>;
}

/**
 * Only the process that is meant runs under strace, and its children by
 * themselves again: strace counts calls for each thread, so that with
 * children followed one count would hit all of them. git finds its parts
 * where GIT_EXEC_PATH says, which is how each of them is caught.
 */
export function installTracedPrograms(folder: string): TracedPrograms {
  const place = (name: string) => join(folder, name);
  mkdirSync(place('bin'), { recursive: true });
  writeFileSync(place('launch'), renderLaunch(folder), { mode: 0o755 });
  for (const name of ['node', 'git', ...GIT_PROGRAMS]) {
    symlinkSync(place('launch'), join(place('bin'), name));
  }
  const begin = () => {
    for (const name of ['seen', 'traces', 'aim', 'struck']) {
      rmSync(place(name), { recursive: true, force: true });
    }
    mkdirSync(place('seen'));
  };
  return {
    bin: place('bin'),
    record: async (work) => {
      begin();
      mkdirSync(place('traces'));
      await work();
      const launches = readdirSync(place('traces')).sort();
      return new Map(
        launches.map((launch) => [
          launch,
          readFileSync(join(place('traces'), launch), 'latin1').split('\n'),
        ]),
      );
    },
    strike: async ({ launch, call, nth, fault }, work) => {
      begin();
      writeFileSync(place('struck'), '');
      writeFileSync(place('aim'), `${launch} ${call} ${fault}:when=${nth}\n`);
      await work();
      rmSync(place('aim'));
      const struck = readFileSync(place('struck'), 'latin1');
      return /\(INJECTED\)|killed by SIGKILL/.test(struck);
    },
  };
}

/** Found beside git by their own names, not as `git <name>`. */
const GIT_PROGRAMS = ['git-receive-pack', 'git-upload-pack', 'git-remote-http'];

function renderLaunch(folder: string): string {
  const node = realpathSync(pathOf('node24') ?? process.execPath);
  const git = realpathSync(findProgram('git') ?? 'git');
  const parts = execFileSync(git, ['--exec-path'], { encoding: 'utf8' });
  return `#!/bin/sh
name=\${0##*/}
case $name in
  node) program=node real='${node}' ;;
  git)
    program=git real='${git}' skip=
    for word do
      if [ -n "$skip" ]; then skip=; continue; fi
      case $word in
        -c|-C|--shallow-file) skip=1 ;;
        -*) ;;
        *) program=$word; break ;;
      esac
    done ;;
  *) program=\${name#git-} real='${parts.trim()}'/$name ;;
esac
n=1
while [ -d '${folder}/seen' ] && ! mkdir "${folder}/seen/$program.$n"; do
  n=$((n + 1))
done 2>/dev/null
export GIT_EXEC_PATH='${folder}/bin'
if [ -d '${folder}/traces' ]; then
  exec ${pathOf('strace')} -qq -o "${folder}/traces/$program.$n" -e 'trace=${TRACED.join()}' "$real" "$@"
fi
read -r launch call fault 2>/dev/null < '${folder}/aim'
if [ "$launch" = "$program.$n" ]; then
  exec ${pathOf('strace')} -qq -o '${folder}/struck' -e "trace=$call" -e "inject=$call:$fault" "$real" "$@"
fi
exec "$real" "$@"
`;
}

/** Calls that leave something, or tell somebody. */
export const CHANGING = [
  ...['write', 'writev', 'pwrite64', 'ftruncate', 'fsync', 'fdatasync'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink'],
  ...['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod'],
  ...['connect', 'sendto', 'sendmsg', 'shutdown', 'exit_group'],
] as const;

/** Calls that look, wait or start; `openat` may make a file as well. */
export const LOOKING = [
  ...['openat', 'read', 'pread64', 'close', 'getdents64', 'lseek', 'fcntl'],
  ...['recvfrom', 'recvmsg', 'poll', 'pipe2', 'socketpair', 'socket'],
  ...['clone', 'clone3', 'vfork', 'wait4', 'execve', 'chdir', 'statx'],
] as const;

const TRACED = [...CHANGING, ...LOOKING];
