import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactFlavour } from '../../support/artifact-answers.ts';
import {
  type ArtifactService,
  startArtifactService,
} from '../../support/artifact-service.ts';
import {
  type ArtifactStand,
  makeStatus,
  openArtifactStand,
} from '../../support/artifact-stand.ts';
import { pullRequestEvent } from '../../support/forge-events.ts';
import { readZip } from '../../support/read-zip.ts';

const LOG = Array.from({ length: 1_200 }, (_each, seq) =>
  JSON.stringify({ kind: 'note', seq }),
);

let stand: ArtifactStand;
let service: ArtifactService;

beforeAll(async () => {
  stand = await openArtifactStand({
    'reports/one.txt': 'one\n',
    'reports/deep/two.json': '{"two":2}\n',
  });
  stand.writeState({
    ...makeStatus(),
    ...makeStatus({ module: 'db', plan_digest: `sha256:${'d'.repeat(64)}` }),
    [`state/plans/web/${'c'.repeat(64)}.json`]: '{"plan":"of web"}\n',
    [`state/plans/web/${'e'.repeat(64)}.json`]: '{"plan":"of nobody"}\n',
    'state/audit/0.jsonl': `${LOG.slice(0, 100).join('\n')}\n`,
    'state/audit/100.jsonl': `${LOG.slice(100, 1_190).join('\n')}\n`,
    'state/AUDIT_LOG.jsonl': `${LOG.slice(1_190).join('\n')}\n`,
  });
});
afterAll(() => stand.close());
afterEach(() => service.close());

const only = () => {
  const [artifact, ...others] = service.artifacts.values();
  if (!artifact?.zip || others.length > 0) throw new Error('not one artifact');
  return { ...artifact, zip: artifact.zip, entries: readZip(artifact.zip) };
};

describe.each<ArtifactFlavour>(['forgejo', 'github'])('on %s', (flavour) => {
  it('holds state, plans, verdicts, the end of the log and named files', async () => {
    service = await startArtifactService(flavour);
    const job = await stand.begin(flavour);
    mkdirSync(join(job.folder, 'plans'), { recursive: true });
    writeFileSync(join(job.folder, 'plans/web.plan.json'), '{"exit_code":0}\n');
    const run = await job.upload({ paths: 'reports/**' }, service.env);

    expect(run.exitCode).toBe(0);
    expect(run.outputs['code']).toBe('artifact/uploaded');
    const { entries } = only();
    expect([...entries.keys()].sort()).toEqual([
      '.platform/state/modules/db.status.json',
      '.platform/state/modules/web.status.json',
      'contents.json',
      'plans/web.plan.json',
      'state/AUDIT_LOG.tail.jsonl',
      `state/plans/web/${'c'.repeat(64)}.json`,
      'workspace/reports/deep/two.json',
      'workspace/reports/one.txt',
    ]);
    expect(entries.get('state/AUDIT_LOG.tail.jsonl')?.text).toBe(
      `${LOG.slice(-1_000).join('\n')}\n`,
    );
    expect(entries.get('plans/web.plan.json')?.text).toBe('{"exit_code":0}\n');
    expect(entries.get('.platform/state/modules/web.status.json')?.text).toBe(
      makeStatus()['.platform/state/modules/web.status.json'],
    );
  });

  it('tells id, address and the digest of what is kept', async () => {
    service = await startArtifactService(flavour);
    const job = await stand.begin(flavour);
    const run = await job.upload({}, service.env);
    const { zip, id, name } = only();
    const sum = createHash('sha256').update(zip).digest('hex');
    expect(name).toBe(`platform-apply-state-${job.number}`);
    expect(run.outputs).toMatchObject({
      'artifact-id': String(id),
      digest: `sha256:${sum}`,
    });
    expect(run.outputs['artifact-url']).toMatch(
      new RegExp(
        `/acme/platform/actions/runs/${1000 + job.number}/artifacts/${id}$`,
      ),
    );
  });

  it('lists what is in it, with sums', async () => {
    service = await startArtifactService(flavour);
    const job = await stand.begin(flavour);
    await job.upload({}, service.env);
    const { entries } = only();
    const contents = JSON.parse(entries.get('contents.json')?.text ?? '');
    expect(contents).toMatchObject({ schema: 1, repository: 'acme/platform' });
    const listed = contents.files as { path: string; sha256: string }[];
    expect(listed.length).toBe(entries.size - 1);
    for (const { path, sha256 } of listed) {
      const text = entries.get(path)?.text ?? '';
      expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    }
  });

  it('keeps it as long as it is asked to', async () => {
    service = await startArtifactService(flavour);
    const job = await stand.begin(flavour);
    await job.upload({ name: 'of mine', 'retention-days': '7' }, service.env);
    const { name, expires } = only();
    expect(name).toBe('of mine');
    const days = (Date.parse(expires ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  it('leaves nothing behind on the runner', async () => {
    service = await startArtifactService(flavour);
    const job = await stand.begin(flavour);
    await job.upload({}, service.env);
    expect(readdirSync(job.folder)).toEqual(['verdicts.jsonl']);
  });
});

it('is named after the pull request of the event', async () => {
  service = await startArtifactService('forgejo');
  const event = pullRequestEvent(
    stand.platform.git('rev-parse', 'HEAD~1'),
    stand.head,
  );
  const job = await stand.begin('forgejo', event);
  await job.upload({}, service.env);
  expect(only().name).toBe('platform-apply-state-3');
});
