import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  containersOf,
  docker,
  enginePath,
} from '../../tests/support/engine.ts';
import type { ComposeCopy } from './compose-copy.ts';
import { type PlatformCopy, waitFor } from './platform-copy.ts';

const ROWS = 'first\nsecond\nthird';

/** The modules of the compose driver, on the engine of this machine. */
export async function walkComposeModules(
  copy: PlatformCopy,
  compose: ComposeCopy,
): Promise<void> {
  const page = (project: string) => readPage(compose, project);
  const startOf = (project: string, service: string) =>
    containersOf(`${compose.prefix}-${project}`).find(
      (each) => each.service === service,
    )?.startedAt;
  const { check, command, commit, rehearse } = copy;

  const base = copy.git('rev-parse', 'HEAD');
  commit('modules/pages/public/index.html', (text) =>
    text.replace('one', 'two'),
  );
  commit('compose/shop/compose.yaml', (text) => text.replace('hello', 'hi'));
  await rehearse(
    'A push that changes three compose modules, two of one project',
    0,
    ...['--base', base],
  );
  check('the pages serve the new content', page('pages').includes('two'));
  check('the shop serves, too', page('shop').includes('release one'));

  const worker = startOf('shop', 'worker');
  commit('modules/shop-web/public/index.html', (text) =>
    text.replace('one', 'two'),
  );
  await rehearse('A push that changes a mounted file', 0);
  check('the shop serves the new file', page('shop').includes('release two'));
  check(
    'its neighbour in the project was not restarted',
    worker !== undefined && startOf('shop', 'worker') === worker,
  );

  commit('modules/pages/httpd.conf', (text) => text.replace('A:*', 'D:*'));
  await rehearse('A push that never becomes healthy', 7);
  check('the pages serve as before', page('pages').includes('two'));
  commit('modules/pages/httpd.conf', (text) => text.replace('D:*', 'A:*'));
  await rehearse(
    'A push that takes it back: what was rolled back is frozen',
    8,
  );
  const reason = ['--reason', 'the broken configuration is gone'];
  command('unfreeze', '--module', 'pages', ...reason);
  await rehearse('The same push once a person lifted the freeze', 0);

  await walkLedger(copy, compose, () => startOf('ledger', 'db'));
}

/** A database that ran before the lane came, from a folder of its own. */
async function walkLedger(
  copy: PlatformCopy,
  compose: ComposeCopy,
  startOf: () => string | undefined,
): Promise<void> {
  const { check, commit, rehearse } = copy;
  const rows = () => ask(compose, 'lrange', 'rows', '0', '-1');
  startLedger(copy, compose);
  await waitFor(async () => ask(compose, 'ping') === 'PONG');
  ask(compose, 'rpush', 'rows', ...ROWS.split('\n'));
  const started = startOf();
  const isUntouched = () => started !== undefined && startOf() === started;

  await rehearse(
    'A database that is in sync, armed by hand: it is taken over as it runs',
    0,
    ...copy.armed('ledger'),
  );
  check('the database was not restarted', isUntouched());
  check('its old folder is a link to the live release', isLink(compose));

  commit('modules/ledger/compose.yaml', (text) =>
    text.replace('--appendonly', '--maxclients, "64", --appendonly'),
  );
  await rehearse('A push that changes the database: it waits', 0);
  await rehearse(
    'Drift of the database, although armed',
    5,
    ...copy.armed('ledger'),
  );
  check('the database still runs as it did', isUntouched());
  check('all of its rows are there', rows() === ROWS);
}

/** As an operator would have it started, long ago. */
function startLedger(copy: PlatformCopy, compose: ComposeCopy): void {
  const { oldLedger, prefix } = compose;
  const { uid, gid } = statSync(copy.folder);
  mkdirSync(join(oldLedger, 'data'), { recursive: true });
  const file = join(copy.repo, 'modules/ledger/compose.yaml');
  cpSync(file, join(oldLedger, 'compose.yaml'));
  writeFileSync(
    join(oldLedger, '.env'),
    `LEDGER_USER=${uid}:${gid}\nLEDGER_PASSWORD=only for a rehearsal\n`,
    { mode: 0o600 },
  );
  execFileSync(
    enginePath(),
    ['compose', '-p', `${prefix}-ledger`, 'up', '-d'],
    { cwd: oldLedger, stdio: 'ignore' },
  );
}

function readPage(compose: ComposeCopy, project: string): string {
  const address = 'http://127.0.0.1:8080/';
  return inside(compose, `${project}-web-1`, 'wget', '-q', '-O', '-', address);
}

function ask(compose: ComposeCopy, ...words: readonly string[]): string {
  return inside(compose, 'ledger-db-1', 'redis-cli', ...words);
}

/** What a program says in a container; nothing where it cannot run. */
function inside(
  { prefix }: ComposeCopy,
  container: string,
  ...argv: readonly string[]
): string {
  try {
    return docker('exec', `${prefix}-${container}`, ...argv);
  } catch {
    return '';
  }
}

function isLink({ oldLedger }: ComposeCopy): boolean {
  return lstatSync(oldLedger).isSymbolicLink();
}
