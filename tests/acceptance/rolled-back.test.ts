import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';

describe.skipIf(!hasSshd)('a release that is unhealthy', () => {
  let sshd: TestSshd;
  let lane: Lane;
  let good: string;
  let run: JobRun;

  beforeAll(async () => {
    sshd = await startSshd();
    lane = await openLane({ sshd });
    const page = 'modules/site/public/index.html';
    await lane.push({ [page]: 'good release' });
    good = lane.platform.git('rev-parse', 'HEAD');
    run = await lane.push({
      [page]: 'bad release',
      'modules/site/server.mjs':
        'export const answer = (_, response) => response.writeHead(500).end();\n',
    });
  });
  afterAll(async () => {
    await lane?.close();
    await sshd?.stop();
  });

  it('fails the job with exit 7 and says that it was rolled back', () => {
    expect(run.exitCode).toBe(7);
    expect(run.codes).toMatchObject({
      guard: 'plan/drift-allowed',
      apply: 'apply/rolled-back',
      report: 'report/refused',
    });
    expect(run.outputs('apply')['rolled-back']).toBe('["site"]');
  });

  it('gives way to the release before it', async () => {
    expect(await lane.platform.ask('site')).toBe('good release');
  });

  it('is on record, beside what is live', () => {
    expect(lane.status('site')).toMatchObject({
      last_apply_result: 'rolled_back',
      last_apply_sha: good,
      attempted_sha: lane.platform.git('rev-parse', 'HEAD'),
    });
  });

  it('keeps the next release away until a person lets it through', async () => {
    const next = await lane.push({
      'modules/site/public/index.html': 'repaired',
      'modules/site/server.mjs':
        'export const answer = (_, response) => response.end("repaired");\n',
    });
    expect(next.codes).toMatchObject({ apply: 'freeze/frozen' });
    expect(next.exitCode).toBe(8);
    expect(await lane.platform.ask('site')).toBe('good release');
    const despite = { module: 'site', despite_freeze: 'the page is repaired' };
    const byHand = await lane.dispatch(despite);
    expect(byHand.codes).toMatchObject({ apply: 'apply/applied' });
    expect(await lane.platform.ask('site')).toBe('repaired');
  });
});
