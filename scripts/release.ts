import { parseArgs } from 'node:util';
import { release } from './release/release.ts';

// Tags what is committed as a release, once it is proven to be one. See
// docs/releasing.md.
const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, push: { type: 'string' } },
});
process.exitCode = release({
  folder: process.cwd(),
  dryRun: values['dry-run'] === true,
  push: values.push,
  say: (line) => console.log(line),
});
