import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeBundles } from './build/bundles.ts';

// Writes dist/ anew, so that nothing of an earlier build stays behind.
const root = resolve(import.meta.dirname, '..');
const bundles = await makeBundles(root);
rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [path, contents] of bundles) {
  const target = join(root, 'dist', path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, contents);
  if (path === 'cli.js') chmodSync(target, 0o755);
  console.log(`${String(contents.length).padStart(8)} dist/${path}`);
}
