import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const SUFFIX = '.plan.json';

/** A folder with one plan for each module. */
export interface PlanFiles {
  /** Module ids that there are plans of, sorted. */
  list(): string[];
  /** Writes a plan whole or not at all, for its owner only; its path. */
  write(module: string, document: Readonly<Record<string, unknown>>): string;
  remove(module: string): void;
}

export function openPlanFiles(folder: string): PlanFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pathOf = (module: string) => join(folder, `${module}${SUFFIX}`);
  return {
    list: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .sort(),
    write(module, document) {
      const path = pathOf(module);
      writeWhole(path, `${JSON.stringify(document, undefined, 2)}\n`);
      return path;
    },
    remove: (module) => rmSync(pathOf(module), { force: true }),
  };
}

function writeWhole(path: string, text: string): void {
  const next = `${path}.${randomUUID()}`;
  try {
    // `wx` follows no link that somebody put there.
    const file = openSync(next, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
