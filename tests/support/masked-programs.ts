import { spawnSync } from 'node:child_process';
import { type Exec, systemExec } from '../../src/adapters/exec.ts';

/** True where a process may have another view of the file system. */
export const canMask =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0;

const MOUNT = `while [ "$1" != -- ]; do
  mount --bind "$2" "$1" && shift 2 || exit 125
done
shift
exec "$@"`;

/**
 * Runs commands that see another file in the place of a program: its path ->
 * the path of what is there instead. /dev/null hides it.
 */
export function makeMaskingExec(
  programs: Readonly<Record<string, string>>,
): Exec {
  const places = Object.entries(programs).flat();
  return {
    run: (command) =>
      systemExec.run({
        ...command,
        file: 'unshare',
        args: [
          ...['--mount', 'sh', '-c', MOUNT, 'sh', ...places, '--'],
          ...[command.file, ...command.args],
        ],
      }),
  };
}
