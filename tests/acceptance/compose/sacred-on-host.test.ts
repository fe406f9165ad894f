import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CARRIER_PATH } from '../../../src/adapters/transport/host-reply.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import { INSTALLED_PROGRAM } from '../../../src/host/installed-program.ts';
import { askComposePlan } from '../../support/compose-modules.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { makePinnedExec } from '../../support/pinned-exec.ts';

describe.skipIf(!hasEngine)('what is sacred by the host itself', () => {
  let stand: ComposeStand;
  let session: HostSession;
  const at = (name: string) => join(stand.host.folder, name);

  beforeEach(async () => {
    stand = await openComposeStand();
    writeFileSync(at('program'), INSTALLED_PROGRAM, { mode: 0o755 });
    writeFileSync(
      at('host.conf'),
      `runtime_root=${stand.host.runtimeRoot}\ndriver=compose\nsacred=${at('photos')}\n`,
    );
    mkdirSync(at('photos'));
    symlinkSync(at('photos'), at('link'));
    const exec = makePinnedExec(at('program'), at('host.conf'));
    const opened = await stand.host.open({ exec });
    session = { ...opened, commandPath: CARRIER_PATH };
  });
  afterEach(() => stand.close());

  it('host-escape: is mounted by no release, nor what holds it or leads to it', async () => {
    const service = { image: stand.image, command: ['idle'] };
    const ask = (rest: object) =>
      askComposePlan(
        session,
        stand.release({
          'compose.yaml': { services: { web: { ...service, ...rest } } },
        }),
      );
    expect(await ask({})).toMatchObject({ kind: 'planned' });
    for (const source of ['photos', 'photos/2024', '', 'link']) {
      expect(await ask({ volumes: [`${at(source)}:/mnt`] })).toMatchObject({
        refusal: { code: 'host/forbidden' },
      });
    }
    expect(await ask({ volumes: ['/:/mnt'] })).toMatchObject({
      refusal: { code: 'host/forbidden' },
    });
  });
});
