import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ArtifactService,
  startArtifactService,
} from '../support/artifact-service.ts';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { readZip } from '../support/read-zip.ts';
import { pathOf } from '../support/requirements.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';

const runtimes = [
  {
    ...{ name: process.version, node: process.execPath },
    flavour: 'forgejo',
    ...{ artifact: 'artifact/uploaded', copies: 1 },
  },
  {
    ...{ name: 'Node 24', node: pathOf('node24') },
    flavour: 'github',
    // The client goes to GitHub itself only, and this one is on the loopback.
    ...{ artifact: 'artifact/not-uploaded', copies: 0 },
  },
] as const;

describe.skipIf(!hasSshd).each(runtimes.filter(({ node }) => node))(
  'a stateless change, over ssh, on $name ($flavour)',
  ({ flavour, node, artifact: copied, copies }) => {
    let sshd: TestSshd;
    let lane: Lane;
    let artifacts: ArtifactService;
    let run: JobRun;
    let after: string;

    beforeAll(async () => {
      sshd = await startSshd();
      lane = await openLane({ sshd, flavour });
      const page = { 'modules/site/public/index.html': 'release two' };
      artifacts = await startArtifactService(flavour);
      run = await lane.push(page, { node, machine: artifacts.env });
      after = lane.platform.git('rev-parse', 'HEAD');
    });
    afterAll(async () => {
      await artifacts?.close();
      await lane?.close();
      await sshd?.stop();
    });

    it('passes every gate and is applied', () => {
      expect(run.codes).toEqual({
        scope: 'scope/eligible',
        stateful: 'stateful/none',
        approval: 'approval/approved',
        plan: 'plan/drift',
        guard: 'plan/drift-allowed',
        apply: 'apply/applied',
        report: 'report/complete',
        artifact: copied,
      });
      expect(run.status).toBe('success');
      expect(run.outputs('apply')).toMatchObject({
        applied: '["site"]',
        noop: '[]',
        failed: '[]',
      });
    });

    it('serves the new content', async () => {
      expect(await lane.platform.ask('site')).toBe('release two');
    });

    it('is on record on the state branch', () => {
      expect(lane.status('site')).toMatchObject({
        last_apply_sha: after,
        last_apply_result: 'applied',
        last_apply_host: 'demo',
        last_apply_actor: 'ada',
        health: 'healthy',
        run: { number: '1', attempt: '1' },
      });
    });

    it('leaves a copy of what is on record as an artifact, without a secret', () => {
      expect([...artifacts.artifacts]).toHaveLength(copies);
      for (const { zip } of artifacts.artifacts.values()) {
        const entries = readZip(zip ?? Buffer.alloc(0));
        const text = (path: string) => entries.get(path)?.text ?? '';
        expect(
          JSON.parse(text('.platform/state/modules/site.status.json')),
        ).toEqual(lane.status('site'));
        expect(text('state/AUDIT_LOG.tail.jsonl')).toContain('"kind":"result"');
        expect(text('verdicts.jsonl')).toContain('report/complete');
        for (const { text: content } of entries.values()) {
          expect(content).not.toContain('PRIVATE KEY');
          expect(content).not.toContain(lane.token);
        }
      }
    });

    it('lies on the host as one release, which is the current one', () => {
      const folder = join(lane.platform.host, 'site');
      const current = readlinkSync(join(folder, 'current'));
      expect(current).toBe(`releases/${lane.status('site')?.tree}`);
      for (const path of ['lib/service.mjs', 'modules/site/server.mjs']) {
        expect(existsSync(join(folder, 'current', path))).toBe(true);
      }
      const shared = join(folder, 'current/modules/site/service.json');
      expect(readlinkSync(shared)).toBe(join(folder, 'shared/service.json'));
      expect(existsSync(join(folder, 'current/modules/feed'))).toBe(false);
    });

    it('is told what the key could do beside that', () => {
      expect(run.log.match(/host\/unrestricted/g)).toHaveLength(1);
    });

    it('needed one connection to the host', () => {
      expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1);
    });
  },
);
