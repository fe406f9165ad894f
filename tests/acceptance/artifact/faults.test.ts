import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactFlavour } from '../../support/artifact-answers.ts';
import {
  type ArtifactFault,
  type ArtifactOperation,
  type ArtifactService,
  startArtifactService,
} from '../../support/artifact-service.ts';
import {
  type ArtifactStand,
  JOB_TOKEN,
  makeStatus,
  openArtifactStand,
} from '../../support/artifact-stand.ts';
import { workflowCommands } from '../../support/command-files.ts';
import type { BundleRun } from '../../support/run-bundle.ts';

const FLAVOURS: readonly ArtifactFlavour[] = ['forgejo', 'github'];
const SOON = { ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS: '2500' };

let stand: ArtifactStand;
let service: ArtifactService;

beforeAll(async () => {
  stand = await openArtifactStand();
  stand.writeState(makeStatus());
});
afterAll(() => stand.close());
afterEach(() => service.close());

/** One upload against a service where something goes wrong. */
async function upload(
  flavour: ArtifactFlavour,
  fault: Parameters<ArtifactService['setFault']>[0],
  env: Readonly<Record<string, string>> = {},
): Promise<BundleRun> {
  service = await startArtifactService(flavour);
  service.setFault(fault);
  const job = await stand.begin(flavour);
  return job.upload({}, { ...service.env, ...env });
}

const on =
  (at: ArtifactOperation, fault: ArtifactFault, times = Number.MAX_VALUE) =>
  (operation: string, before: number) =>
    operation === at && before < times ? fault : undefined;
const countOf = (operation: ArtifactOperation) =>
  service.requests.filter((each) => each.operation === operation).length;
const shownBy = ({ stdout, stderr }: BundleRun) =>
  `${stdout}${stderr}`.replaceAll(/^::add-mask::.*$/gm, '');

describe.each(FLAVOURS)('on %s', (flavour) => {
  it.each([
    ['CreateArtifact'],
    ['FinalizeArtifact'],
    ['ListArtifacts'],
  ] as const)('5xx-then-fine: %s answers 500 once', async (operation) => {
    const run = await upload(flavour, on(operation, { status: 500 }, 1));
    expect(run.outputs['code']).toBe('artifact/uploaded');
    expect(countOf(operation)).toBe(2);
  });

  it.each([['CreateArtifact'], ['FinalizeArtifact']] as const)(
    'reset: at %s nothing is asked twice, and nothing is refused',
    async (operation) => {
      const run = await upload(flavour, on(operation, 'reset'));
      expect(run.exitCode).toBe(0);
      expect(run.outputs).toMatchObject({
        decision: 'pass',
        code: 'artifact/not-uploaded',
        'artifact-id': '',
        digest: '',
      });
      expect(countOf(operation)).toBe(1);
    },
  );

  it('does not take an upload for confirmed that nobody confirms', async () => {
    const refusal = { status: 400, body: '{"msg":"no"}' };
    const run = await upload(flavour, on('ListArtifacts', refusal));
    expect(run.exitCode).toBe(0);
    expect(run.outputs['code']).toBe('artifact/unconfirmed');
    expect(run.outputs['digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ['CreateArtifact', 'artifact/not-uploaded'],
    ['FinalizeArtifact', 'artifact/not-uploaded'],
    ['ListArtifacts', 'artifact/unconfirmed'],
  ] as const)(
    'redirect: %s to another host brings the token nowhere',
    async (operation, code) => {
      const other = await startArtifactService(flavour);
      try {
        const elsewhere = other.url.replace('127.0.0.1', 'localhost');
        const run = await upload(
          flavour,
          on(operation, { redirect: `${elsewhere}/x` }),
        );
        expect(run.outputs['code']).toBe(code);
        expect(other.requests).toEqual([]);
        expect(countOf(operation)).toBe(1);
      } finally {
        await other.close();
      }
    },
  );

  it('shows neither token nor signed address, whatever the service says', async () => {
    const evil = `no ${'x'.repeat(9)} {t}\r\n::stop-commands::a\n::set-output name=x::y\n##[error]z`;
    service = await startArtifactService(flavour);
    const text = evil.replace('{t}', service.token);
    const body = JSON.stringify({ code: 'internal', msg: text });
    service.setFault(on('FinalizeArtifact', { status: 400, body }));
    const job = await stand.begin(flavour);
    const run = await job.upload({}, { ...service.env, RUNNER_DEBUG: '1' });
    expect(run.outputs['code']).toBe('artifact/not-uploaded');
    const shown = `${shownBy(run)}${JSON.stringify(run.outputs)}`;
    expect(shown).not.toContain(service.token);
    expect(shown).not.toContain(JOB_TOKEN);
    const { searchParams } = new URL(
      service.requests.find(({ operation }) => operation === 'block')?.url ??
        '',
      service.url,
    );
    expect(shown).not.toContain(searchParams.get('sig'));
    expect(
      workflowCommands(shownBy(run)).filter(
        (line) => !line.startsWith('::warning title=artifact/not-uploaded::'),
      ),
    ).toEqual([]);
  });

  it('sends the token to the service and not with the content', async () => {
    const run = await upload(flavour, undefined);
    expect(run.outputs['code']).toBe('artifact/uploaded');
    const withToken = service.requests.filter(
      ({ headers }) => headers.authorization !== undefined,
    );
    expect(withToken.map(({ operation }) => operation)).toEqual([
      'CreateArtifact',
      'FinalizeArtifact',
      'ListArtifacts',
    ]);
  });

  it('finds out that another artifact is kept than was sent', async () => {
    service = await startArtifactService(flavour);
    // What Forgejo does with an upload whose blocks do not add up.
    service.setTold((told) => {
      told['size'] = '0';
      if (told['digest']) told['digest'] = `sha256:${'0'.repeat(64)}`;
    });
    const job = await stand.begin(flavour);
    const run = await job.upload({}, service.env);
    expect(run.exitCode).toBe(9);
    expect(run.outputs).toMatchObject({
      decision: 'refuse',
      code: 'evidence/artifact-differs',
    });
    expect(run.outputs['digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

it.each<[string, ArtifactFlavour, ArtifactOperation, ArtifactFault]>([
  ['stalled', 'forgejo', 'CreateArtifact', 'stall'],
  ['stalled', 'github', 'blocklist', 'stall'],
  ['cut-off', 'forgejo', 'FinalizeArtifact', 'cut'],
  ['html', 'github', 'CreateArtifact', { status: 200, body: '<html>' }],
  ['rate-limited', 'github', 'CreateArtifact', { status: 429, body: '{}' }],
  ['gone', 'forgejo', 'block', 'reset'],
])(
  '%s for ever: on %s at %s, ends in time and is noted',
  async (_name, flavour, at, fault) => {
    const run = await upload(flavour, on(at, fault), SOON);
    expect(run.exitCode).toBe(0);
    expect(run.outputs['code']).toBe('artifact/not-uploaded');
  },
);

it('stopped: leaves no copy on the runner', async () => {
  service = await startArtifactService('forgejo');
  const job = await stand.begin('forgejo');
  let child: ChildProcess | undefined;
  service.setFault((operation) => {
    if (operation === 'CreateArtifact') child?.kill('SIGTERM');
    return 'stall';
  });
  const run = await job.upload({}, service.env, (started) => {
    child = started;
  });
  expect(run.exitCode).toBe(8);
  expect(readdirSync(job.folder)).toEqual(['verdicts.jsonl']);
});
