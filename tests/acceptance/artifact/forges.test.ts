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

const FLAVOURS: readonly ArtifactFlavour[] = ['forgejo', 'github'];

let stand: ArtifactStand;
let service: ArtifactService;

beforeAll(async () => {
  stand = await openArtifactStand();
  stand.writeState(makeStatus());
});
afterAll(() => stand.close());
afterEach(() => service.close());

describe.each(FLAVOURS)('without a service on %s', (flavour) => {
  it.each([['ACTIONS_RESULTS_URL'], ['ACTIONS_RUNTIME_TOKEN']])(
    '%s missing is a warning',
    async (name) => {
      service = await startArtifactService(flavour);
      const job = await stand.begin(flavour);
      const run = await job.upload({}, { ...service.env, [name]: '' });
      expect(run.exitCode).toBe(0);
      expect(run.outputs).toMatchObject({
        decision: 'pass',
        code: 'artifact/unavailable',
      });
      expect(run.outputs['reason']).toContain(name);
      expect(service.requests).toEqual([]);
      expect(/^::warning title=artifact\/unavailable::/m.test(run.stdout)).toBe(
        flavour === 'github',
      );
    },
  );
});

it('a Forgejo below a path is told apart from one that is gone', async () => {
  service = await startArtifactService('forgejo');
  const job = await stand.begin('forgejo');
  const address = `${service.url}/git`;
  const env = { ...service.env, ACTIONS_RESULTS_URL: address };
  const run = await job.upload({}, env);
  expect(run.outputs['code']).toBe('artifact/unavailable');
  expect(service.requests).toEqual([]);
});

it('a name that is taken on GitHub is told at once', async () => {
  service = await startArtifactService('github');
  const job = await stand.begin('github');
  await job.upload({}, service.env);
  const again = await job.upload({}, service.env);
  expect(again.exitCode).toBe(0);
  expect(again.outputs['code']).toBe('artifact/not-uploaded');
  const asked = service.requests.map(({ operation }) => operation);
  expect(asked.filter((each) => each === 'CreateArtifact').length).toBe(2);
});

it('on Forgejo the later artifact of a name replaces the former', async () => {
  service = await startArtifactService('forgejo');
  const job = await stand.begin('forgejo');
  const first = await job.upload({}, service.env);
  const second = await job.upload({}, service.env);
  expect(second.outputs['code']).toBe('artifact/uploaded');
  expect(second.outputs['artifact-id']).toBe(first.outputs['artifact-id']);
});

it('uploads what the job has where the state branch cannot be read', async () => {
  service = await startArtifactService('forgejo');
  const job = await stand.begin('forgejo');
  await job.upload({}, { ...service.env, ACTIONS_RESULTS_URL: '' });
  const run = await job.upload({ token: 'wrong' }, service.env);
  expect(run.outputs['code']).toBe('artifact/uploaded');
  const verdict = JSON.parse(run.outputs['verdict'] ?? '');
  expect(verdict.findings[0].code).toBe('artifact/incomplete');
});

it('a GitHub of their own, which the client refuses, is noted', async () => {
  service = await startArtifactService('github');
  const job = await stand.begin('github');
  const server = 'http://github.example';
  const run = await job.upload(
    { paths: 'README.md' },
    { ...service.env, GITHUB_SERVER_URL: server },
  );
  expect(run.exitCode).toBe(0);
  expect(run.outputs['code']).toBe('artifact/not-uploaded');
  expect(service.requests).toEqual([]);
});
