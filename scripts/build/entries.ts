import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What is built: bundle name -> source file. An action is found by its
 * `main.ts`; the lane in one process and the command line have fixed places.
 */
export function discoverEntries(root: string): Record<string, string> {
  const actions = readdirSync(join(root, 'src/actions'), {
    withFileTypes: true,
  })
    .filter((entry) => entry.isDirectory())
    .map((entry) => [entry.name, `src/actions/${entry.name}/main.ts`] as const);
  const candidates = [
    ...actions,
    ['auto-apply', 'src/lanes/auto-apply-main.ts'] as const,
    ['cli', 'src/cli/main.ts'] as const,
  ];
  return Object.fromEntries(
    candidates
      .filter(([, source]) => existsSync(join(root, source)))
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
