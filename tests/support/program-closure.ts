import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A program of this machine and the libraries it needs, as files of an image
 * (paths without the leading slash): what it takes to run in a container.
 */
export function readProgramClosure(program: string): Record<string, Buffer> {
  // Lines are `name => /path (address)`, and `/path (address)` of the loader.
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(?:^\s*|=> )(\/\S+)/gm)].map(
    ([, path = '']) => path,
  );
  return Object.fromEntries(
    [program, ...libraries].map((path) => [path.slice(1), readFileSync(path)]),
  );
}
