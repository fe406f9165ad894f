import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdoptStand, openAdoptStand } from '../../support/adopt-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import {
  addHostUser,
  canAddUser,
  type HostUser,
} from '../../support/host-user.ts';
import { hasSshd } from '../../support/sshd.ts';

interface Refused {
  readonly verdict: {
    readonly findings: readonly [{ readonly remedy: string }];
  };
}

/** Compose may be installed for whoever runs the tests alone. */
function giveCompose({ sshd }: HostUser, home: string): void {
  const path = docker(
    ...['info', '--format'],
    '{{range .ClientInfo.Plugins}}{{if eq .Name "compose"}}{{.Path}}{{end}}{{end}}',
  );
  const plugins = join(home, '.docker/cli-plugins');
  mkdirSync(plugins, { recursive: true });
  copyFileSync(path, join(plugins, 'docker-compose'));
  execFileSync('usermod', ['-d', home, sshd.user]);
}

describe.skipIf(!hasEngine || !hasSshd || !canAddUser)(
  'a project that root has started',
  () => {
    let user: HostUser;
    let stand: AdoptStand;
    beforeAll(async () => {
      user = await addHostUser();
      stand = await openAdoptStand({ host: { user: user.sshd.user } });
    });
    afterAll(async () => {
      await stand?.close();
      await user?.remove();
    });

    it('is planned as the user of the lanes, who has to be let move it', {
      timeout: 120_000,
    }, async () => {
      stand.up({
        'compose.yaml': {
          services: {
            web: { image: stand.image, volumes: ['./data/rows:/rows'] },
          },
        },
        'data/rows/row': 'one',
      });
      const { host, root } = stand.lane.platform;
      chmodSync(root, 0o755);
      const theirs = [host, dirname(stand.old), stand.old];
      for (const path of [...theirs, join(stand.old, 'data')]) {
        chownSync(path, user.id, -1);
      }
      giveCompose(user, join(root, 'home'));
      const before = stand.incarnation();
      const refused = await stand.adopt('--yes', '--json');
      expect(refused.json()).toMatchObject({
        verdict: { code: 'adopt/unsupported' },
      });
      const { verdict } = refused.json() as Refused;
      const [, commands = ''] =
        /^As root on the host: (.*);/.exec(verdict.findings[0].remedy) ?? [];
      execFileSync('sh', ['-ec', commands]);
      const adopted = await stand.adopt('--yes', '--json');
      expect(adopted.json()).toMatchObject({
        verdict: { code: 'draft/written' },
        plan: { exit_code: 0, adopted: true },
      });
      expect(stand.incarnation()).toEqual(before);
      // A plan leaves nothing on the host but what was moved for them.
      const shared = join(host, stand.lane.project, 'shared');
      expect(statSync(shared).uid).toBe(user.id);
    });
  },
);
