import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names of what operations put on a host for their own time. */
export function listStages(runtimeRoot: string): string[] {
  const list = (folder: string) =>
    existsSync(folder) ? readdirSync(folder) : [];
  return [
    ...list(join(runtimeRoot, '.staging')).filter((name) => name !== '.lock'),
    ...list(runtimeRoot).filter((name) => name.startsWith('.plan-')),
  ];
}
