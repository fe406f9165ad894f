import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdoptStand, openAdoptStand } from '../../support/adopt-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { hasSshd } from '../../support/sshd.ts';

describe.skipIf(!hasEngine || !hasSshd)('apply-gates adopt', () => {
  let stand: AdoptStand;
  beforeAll(async () => {
    stand = await openAdoptStand();
  });
  afterAll(() => stand?.close());

  it('x', { timeout: 120_000 }, async () => {
    stand.up({
      'compose.yaml': {
        services: {
          web: {
            image: stand.image,
            env_file: '.env',
            environment: { A: '${GREETING}' },
            volumes: ['./data:/data', './app.conf:/app.conf:ro'],
          },
        },
      },
      '.env': 'GREETING=hello\nAPP_PASSWORD=hunter2\n',
      'data/row': 'one\n',
      'app.conf': 'a=b\n',
    });
    const run = await stand.adopt('--dry-run');
    console.log(run.stdout, run.stderr);
    expect(run.exitCode).toBe(0);
  });
});
