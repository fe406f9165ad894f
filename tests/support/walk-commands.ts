import { readRepositoryFile } from './repository-files.ts';

const SHA = '8f3b0c5d1e7a92464be0c1d3f5a7986e2b4d6f80';

/** What stands here for what the page names. */
export interface WalkPlaces {
  readonly project: string;
  /** Stands for the home of who types. */
  readonly root: string;
  readonly opt: string;
  /** `user@address:port` */
  readonly place: string;
  /** Words that are added, by the first word of a command. */
  readonly further: Readonly<Record<string, readonly string[]>>;
}

/** The commands of "The whole way", each to be typed as often as it is there. */
export function readWalk(places: WalkPlaces) {
  const page = readRepositoryFile('docs/getting-started.md');
  const part = page.split('\n## ').find((each) => each.startsWith('The whole'));
  const commands = (part ?? '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.startsWith('apply-gates '))
    .map((line) => line.replace('apply-gates ', ''));
  const typed = new Set<string>();
  return {
    left: () => commands.filter((each) => !typed.has(each)),
    take: (beginning: string): string[] => {
      const command = commands.find((each) => each.startsWith(beginning));
      if (command === undefined) throw new Error(`nobody types ${beginning}`);
      typed.add(command);
      const [verb = ''] = command.split(' ');
      const words = wordsOf(command).map((word) => fill(word, places));
      return [...words, ...(places.further[verb] ?? [])];
    },
  };
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
}

function fill(word: string, { opt, place, project, root }: WalkPlaces): string {
  return word
    .replace('deploy@web1.example.org', place)
    .replace(/^--actions-tag$/, '--actions-sha')
    .replace(/^v0\.1\.0$/, SHA)
    .replace(/^~(?=\/)/, root)
    .replace(/(?<=^|[ /])(?:site|notes|clock)$/, `${project}-$&`)
    .replace(/^\/opt(?=\/)/, opt);
}
