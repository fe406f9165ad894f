import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { renderDocuments } from './docs/documents.ts';

// Writes the generated parts of the documents; --check only compares them.
const root = resolve(import.meta.dirname, '..');
const stale = [...renderDocuments(root)].filter(([path, text]) => {
  const target = join(root, path);
  return !existsSync(target) || readFileSync(target, 'utf8') !== text;
});
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not up to date`);
  if (stale.length > 0) console.error('Repair it with: npm run docs');
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
