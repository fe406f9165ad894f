import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../tests/support/free-port.ts';
import { type PlatformCopy, waitFor } from './platform-copy.ts';

const MODULES = ['site', 'feed', 'guestbook'] as const;

export type CommandModule = (typeof MODULES)[number];
export type Ports = Readonly<Record<CommandModule, number>>;

/** What an operator does once: ports and folders that live on the host. */
export async function prepareCommandModules(
  copy: PlatformCopy,
): Promise<Ports> {
  const entries = await Promise.all(
    MODULES.map(async (module) => {
      const port = await findFreePort();
      const shared = sharedFolder(copy, module);
      mkdirSync(join(shared, 'run'), { recursive: true });
      writeFileSync(join(shared, 'service.json'), JSON.stringify({ port }));
      return [module, port] as const;
    }),
  );
  mkdirSync(join(sharedFolder(copy, 'guestbook'), 'data'));
  return Object.fromEntries(entries) as Ports;
}

/** The modules of the command driver: small processes of this machine. */
export async function walkCommandModules(
  copy: PlatformCopy,
  ports: Ports,
): Promise<void> {
  const { check, commit, rehearse } = copy;
  const base = copy.git('rev-parse', 'HEAD');
  commit('modules/feed/server.mjs', (text) => text.replace('feed v1', 'feed'));
  commit('modules/site/public/index.html', (text) =>
    text.replaceAll('one', 'two'),
  );
  await rehearse(
    'A push that changes two stateless modules',
    0,
    '--base',
    base,
  );
  check(
    'the site serves the new content',
    (await ask(ports.site)).includes('release two'),
  );
  check(
    'the feed was applied after it',
    (await ask(ports.feed)).includes('Hello'),
  );

  // What is already running becomes known to the lane without a restart.
  service(copy, 'guestbook', 'apply');
  const startOf = () => ask(ports.guestbook, '/.started');
  await waitFor(async () => (await startOf()) !== '');
  const started = await startOf();
  await rehearse(
    'A stateful module that is in sync, armed by hand',
    0,
    ...copy.armed('guestbook'),
  );
  check('the guest book was not restarted', (await startOf()) === started);

  commit('modules/guestbook/server.mjs', (text) =>
    text.replace('lists the entries', 'lists all entries'),
  );
  await rehearse('A push that changes the stateful module: it waits', 0);
  await rehearse(
    'The same module by dispatch, without the override',
    4,
    ...['--input', 'module=guestbook'],
  );
  await rehearse(
    'Stateful drift, although armed',
    5,
    ...copy.armed('guestbook'),
  );
  check('the guest book still runs as it did', (await startOf()) === started);
}

export function stopCommandModules(copy: PlatformCopy): void {
  for (const module of MODULES) service(copy, module, 'stop');
}

function service(copy: PlatformCopy, module: CommandModule, verb: string) {
  spawnSync(process.execPath, ['lib/service.mjs', module, verb], {
    cwd: copy.repo,
    env: { ...process.env, APPLY_GATES_SHARED: sharedFolder(copy, module) },
  });
}

function sharedFolder(copy: PlatformCopy, module: CommandModule): string {
  return join(copy.host, module, 'shared');
}

/** What a service says; nothing where it does not answer. */
async function ask(port: number, path = '/'): Promise<string> {
  // A connection that was kept may have been closed while the lane ran.
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    } catch {}
  }
  return '';
}
