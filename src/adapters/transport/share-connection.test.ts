import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemExec } from '../exec.ts';
import type { AdminAccess } from './administer.ts';
import { controlFolder } from './control-folder.ts';
import { closeHosts } from './open-host.ts';
import { shareConnection } from './share-connection.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'share-'));
});
afterEach(async () => {
  await closeHosts(folder, systemExec);
  rmSync(folder, { recursive: true, force: true });
});

/** An administrator with this in their config. */
function accessWith(config: string): AdminAccess {
  const file = join(folder, 'config');
  writeFileSync(file, config);
  return {
    ...{ destination: 'web1', port: undefined, identity: undefined },
    knownHosts: undefined,
    env: { PATH: process.env['PATH'] ?? '' },
    exec: {
      run: (command) => {
        const args = ['-F', file, ...command.args];
        return systemExec.run({ ...command, args });
      },
    },
  };
}

it.each([
  ['has none to share', 'Host other\n  ControlPath /run/shared\n'],
  ['shares none of this host', 'Host web1\n  ControlPath none\n'],
])('shares one where the administrator %s', async (_, config) => {
  const { controlPath } = await shareConnection(accessWith(config), folder);
  expect(controlPath).toBe(join(controlFolder(folder), 'admin'));
});

it('leaves the one that the administrator shares anyway', async () => {
  const access = accessWith('Host web*\n  ControlPath /run/shared-%h\n');
  expect(await shareConnection(access, folder)).toBe(access);
});

it('has none with this machine', async () => {
  const access = { ...accessWith(''), destination: undefined };
  expect(await shareConnection(access, folder)).toBe(access);
});
