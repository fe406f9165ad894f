// npm run rehearse: takes the example platform through the lane, on a copy in
// a temporary folder, with this machine as the host. Needs git and Node.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'apply-gates-rehearse-'));
const repo = join(folder, 'platform');
const host = join(folder, 'host');
const modules = ['site', 'feed', 'guestbook'] as const;
type Module = (typeof modules)[number];
let failures = 0;

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=you', '-c', 'user.email=you@example.org'];
  return execFileSync('git', [...identity, ...args], {
    cwd: repo,
    encoding: 'utf8',
  }).trim();
}

function commit(path: string, change: (text: string) => string): string {
  const file = join(repo, path);
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    // A new file.
  }
  writeFileSync(file, change(before));
  git('add', '--all');
  git('commit', '--quiet', '--message', `Change ${path}`);
  return git('rev-parse', 'HEAD');
}

/** What an operator does once: ports and folders that live on the host. */
async function prepareHost(): Promise<Record<Module, number>> {
  const ports = {} as Record<Module, number>;
  for (const module of modules) {
    ports[module] = await freePort();
    const shared = join(host, module, 'shared');
    mkdirSync(join(shared, 'run'), { recursive: true });
    const settings = JSON.stringify({ port: ports[module] });
    writeFileSync(join(shared, 'service.json'), settings);
  }
  mkdirSync(join(host, 'guestbook/shared/data'));
  mkdirSync(join(host, 'backups'));
  return ports;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

function service(module: Module, verb: string): void {
  spawnSync(process.execPath, ['lib/service.mjs', module, verb], {
    cwd: repo,
    env: { ...process.env, APPLY_GATES_SHARED: join(host, module, 'shared') },
  });
}

function rehearse(title: string, exit: number, ...args: string[]): void {
  console.log(`\n=== ${title}`);
  const cli = [join(root, 'dist/cli.js'), 'rehearse', '--repo', repo, ...args];
  const { status } = spawnSync(process.execPath, cli, { stdio: 'inherit' });
  check(`the lane ends with exit ${exit}`, status === exit);
}

function check(claim: string, holds: boolean): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${claim}`);
  if (!holds) failures += 1;
}

async function ask(port: number, path = '/'): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return await response.text();
  } catch {
    return '';
  }
}

async function walk(ports: Record<Module, number>): Promise<void> {
  commit('modules/feed/server.mjs', (text) => text.replace('feed v1', 'feed'));
  const base = git('rev-parse', 'HEAD~1');
  commit('modules/site/public/index.html', (text) =>
    text.replaceAll('one', 'two'),
  );
  rehearse('A push that changes two stateless modules', 0, '--base', base);
  check(
    'the site serves the new content',
    (await ask(ports.site)).includes('release two'),
  );
  check(
    'the feed was applied after it',
    (await ask(ports.feed)).includes('Hello'),
  );

  // What is already running becomes known to the lane without a restart.
  service('guestbook', 'apply');
  await waitFor(async () => (await ask(ports.guestbook, '/.started')) !== '');
  const started = await ask(ports.guestbook, '/.started');
  const armed = (sha: string) => {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const backup = `${host}/backups/guestbook-${time}.tar.gz`;
    return [
      ...['--input', 'module=guestbook', '--input', 'allow_stateful=true'],
      ...['--input', `backup_ref=${backup}`],
      ...['--input', `stateful_confirm=apply guestbook ${sha.slice(0, 12)}`],
    ];
  };
  const head = git('rev-parse', 'HEAD');
  rehearse(
    'A stateful module that is in sync, armed by hand',
    0,
    ...armed(head),
  );
  check(
    'the guest book was not restarted',
    (await ask(ports.guestbook, '/.started')) === started,
  );

  const drifted = commit('modules/guestbook/server.mjs', (text) =>
    text.replace('lists the entries', 'lists all entries'),
  );
  rehearse('A push that changes the stateful module: it waits', 0);
  rehearse(
    'The same module by dispatch, without the override',
    4,
    ...['--input', 'module=guestbook'],
  );
  rehearse('Stateful drift, although armed', 5, ...armed(drifted));
  check(
    'the guest book still runs as it did',
    (await ask(ports.guestbook, '/.started')) === started,
  );

  commit('surprise.txt', () => 'nobody knows this file\n');
  rehearse('A path that no module and no rule knows', 4);
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await condition()); tries += 1) {
    await new Promise((done) => setTimeout(done, 100));
  }
}

try {
  cpSync(join(root, 'examples/platform'), repo, { recursive: true });
  const ports = await prepareHost();
  git('init', '--quiet', '--initial-branch', 'main');
  commit('.platform/gates.yaml', (text) =>
    text.replace('/opt/apply-gates', host),
  );
  await walk(ports);
} finally {
  for (const module of modules) service(module, 'stop');
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  failures === 0
    ? '\nEverything ended as it should.'
    : `\n${failures} checks failed.`,
);
process.exitCode = failures === 0 ? 0 : 1;
