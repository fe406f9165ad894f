import { posix } from 'node:path';
import type { Release, ReleaseFile } from '../driver.ts';

/** A command that is never run, and what would run it. */
export interface SacredCommand {
  readonly sacred: string;
  /** `command.apply`, or a file of the release that it names, with the line. */
  readonly where: string;
}

/**
 * Finds a command of `sacred.commands` in what a module would run: its argv
 * lists, and the lines of tracked files that those name. What a script starts
 * beyond that cannot be seen from here.
 */
export function findSacredCommand(
  { manifest }: Pick<Release, 'manifest'>,
  files: readonly ReleaseFile[],
  commands: readonly string[],
): SacredCommand | undefined {
  const patterns = commands.map((sacred) => ({ sacred, form: formOf(sacred) }));
  const { plan, apply, health, stop } = manifest.command ?? {};
  const lists = Object.entries({ plan, apply, health, stop });
  const named = new Set(
    lists
      .flatMap(([, argv]) => argv ?? [])
      .map((word) => posix.normalize(word)),
  );
  const texts = [
    ...lists.map(([name, argv = []]) => ({
      where: `command.${name}`,
      text: argv.join(' '),
    })),
    ...files
      .filter(({ path }) => named.has(path))
      .flatMap(({ path, content }) =>
        content
          .toString()
          .split('\n')
          .map((text, index) => ({ where: `${path}:${index + 1}`, text })),
      ),
  ];
  for (const { where, text } of texts) {
    const hit = patterns.find(({ form }) => form.test(text));
    if (hit && !text.trimStart().startsWith('#')) {
      return { sacred: hit.sacred, where };
    }
  }
  return undefined;
}

/** As whole words, however many blanks are between them. */
function formOf(command: string): RegExp {
  const words = command
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[^\w-]/g, '\\$&'));
  return new RegExp(`(?<![\\w-])${words.join('\\s+')}(?![\\w-])`);
}
