import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import { planSchema } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { modulePlanStep } from './run.ts';

let platform: ServicePlatform;
let base: string;
let sha: string;

beforeAll(() => {
  platform = makeServicePlatform();
  base = platform.git('rev-parse', 'HEAD');
  sha = platform.commit({
    ...platform.module('web'),
    ...platform.module('api'),
    ...platform.module('quiet', { scripts: { plan: 'exit 0' } }),
    ...platform.module('broken-plan', { scripts: { plan: 'exit 1' } }),
    ...platform.module('elsewhere', { host: 'nowhere' }),
    ...platform.module('a', { dependsOn: ['b'] }),
    ...platform.module('b', { dependsOn: ['a'] }),
    ...platform.module('needy', { manifest: 'host_files: [.env]' }),
    ...platform.module('linked'),
    'modules/linked/out': { link: '/etc/passwd' },
    'modules/composed/module.yaml':
      'schema: 1\nid: composed\nstateful: false\nhost: here\ndriver: compose\n',
  });
});
afterAll(() => platform.close());

const plan = (modules: readonly string[], inputs = {}, event?: LaneEvent) => {
  const run = makeStepRun(platform, event ?? pushEvent(base, sha));
  const given = { modules: JSON.stringify(modules), ...inputs };
  const folder = join(run.ports.context.folder(), 'plans');
  return run
    .run(modulePlanStep, given)
    .then((outcome) => ({ ...outcome, folder, printed: run.printed }));
};

describe('module-plan', () => {
  it('says what would change and leaves the host as it was', async () => {
    const outcome = await plan(['web', 'quiet']);
    expect(outcome.verdict).toMatchObject({
      decision: 'pass',
      code: 'plan/drift',
      sha,
      modules: ['web', 'quiet'],
    });
    expect(outcome.exitStatus).toBe(0);
    expect(outcome.outputs).toMatchObject({
      'exit-code': '1',
      'in-sync': 'false',
      changed: '["web"]',
    });
    expect(platform.running('web')).toBeUndefined();
    expect(existsSync(join(platform.runtimeRoot, 'web'))).toBe(false);
  });

  it('writes each plan whole, with its digest, for its owner only', async () => {
    const outcome = await plan(['web', 'quiet']);
    const paths = JSON.parse(outcome.outputs['plans'] ?? '[]') as string[];
    expect(paths).toEqual([
      join(outcome.folder, 'web.plan.json'),
      join(outcome.folder, 'quiet.plan.json'),
    ]);
    expect(readdirSync(outcome.folder)).toHaveLength(2);
    for (const path of paths) {
      const document = JSON.parse(readFileSync(path, 'utf8'));
      expect(planDigest(document)).toBe(planSchema.parse(document).digest);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('is in sync where no module would change', async () => {
    const outcome = await plan(['quiet']);
    expect(outcome.verdict.code).toBe('plan/in-sync');
    expect(outcome.outputs).toMatchObject({
      'exit-code': '0',
      'in-sync': 'true',
      changed: '[]',
    });
  });

  it('is in sync without any module', async () => {
    const outcome = await plan([]);
    expect(outcome.verdict.code).toBe('plan/in-sync');
    expect(outcome.outputs['plans']).toBe('[]');
  });

  it.each<[string, string[], string[]]>([
    ['a module that is not there', ['ghost'], ['scope/unknown-module']],
    ['a host that is not there', ['elsewhere'], ['scope/invalid-manifest']],
    ['a circle', ['a', 'b'], ['scope/invalid-manifest']],
    ['a plan command that fails', ['broken-plan'], ['plan/error']],
    ['a missing file of the host', ['needy'], ['plan/host-file-missing']],
    ['an entry that leaves', ['linked'], ['scope/unsupported-entry']],
    [
      'every one of several, and writes no plan of the others',
      ['web', 'broken-plan', 'needy'],
      ['plan/error', 'plan/host-file-missing'],
    ],
  ])('refuses %s', async (_, modules, codes) => {
    const outcome = await plan(modules);
    expect(outcome.verdict.decision).toBe('refuse');
    expect(outcome.verdict.findings.map((each) => each.code)).toEqual(codes);
    expect(outcome.outputs).toMatchObject({ plans: '[]', 'exit-code': '2' });
    expect(readdirSync(outcome.folder)).toEqual([]);
  });

  it.each([
    ['modules', 'web'],
    ['modules', '["../x"]'],
    ['sha', 'main'],
    ['working-directory', '../..'],
  ])('refuses the input %s: %s', async (name, value) => {
    const outcome = await plan(['web'], { [name]: value });
    expect(outcome.verdict.code).toBe('input/malformed');
  });

  it('refuses another commit than the one of the event', async () => {
    const outcome = await plan(['web'], { sha: base });
    expect(outcome.verdict.code).toBe('input/disagrees-with-event');
  });

  it('event-gate: runs no command of a pull request', async () => {
    const outcome = await plan(
      ['web'],
      {},
      {
        name: 'pull_request',
        number: 1,
        base,
        head: sha,
        baseRef: 'main',
        fork: false,
        defaultBranch: 'main',
      },
    );
    expect(outcome.verdict.code).toBe('plan/untrusted-command');
  });

  it('plans on a dispatch', async () => {
    platform.git('fetch', '-q', 'origin');
    const outcome = await plan(['quiet'], {}, dispatchEvent(sha));
    expect(outcome.verdict.code).toBe('plan/in-sync');
  });
});

describe('the folder of the plans', () => {
  it('is the one asked for', async () => {
    const output = join(platform.root, 'mine');
    const outcome = await plan(['web'], { output });
    expect(readdirSync(output)).toEqual(['web.plan.json']);
    expect(outcome.exitStatus).toBe(0);
  });

  it('loses stale plans where it is our own, also when it is refused', async () => {
    const run = makeStepRun(platform, pushEvent(base, sha));
    const folder = join(run.ports.context.folder(), 'plans');
    mkdirSync(folder);
    writeFileSync(join(folder, 'other.plan.json'), '{}');
    writeFileSync(join(folder, 'broken-plan.plan.json'), '{}');
    await run.run(modulePlanStep, { modules: '["broken-plan"]' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused where somebody keeps plans of other modules', async () => {
    const output = join(platform.root, 'theirs');
    mkdirSync(output);
    writeFileSync(join(output, 'other.plan.json'), '{}');
    const outcome = await plan(['web'], { output });
    expect(outcome.verdict.code).toBe('input/malformed');
    expect(readdirSync(output)).toEqual(['other.plan.json']);
  });
});

it('redact-known: what a plan prints reaches neither log nor plan', async () => {
  const secret = 'xyzzy-plugh-8421';
  const changes = JSON.stringify({
    changes: [{ resource: `r/${secret}`, action: 'update', detail: secret }],
  });
  const head = platform.commit(
    platform.module('loud', {
      scripts: {
        plan: `echo '${changes}'; echo 'password=${secret}' >&2; exit 2`,
      },
    }),
  );
  const inputs = { token: secret };
  const outcome = await plan(['loud'], inputs, pushEvent(sha, head));
  expect(outcome.exitStatus).toBe(0);
  const path = join(outcome.folder, 'loud.plan.json');
  const everything = [
    readFileSync(path, 'utf8'),
    JSON.stringify(outcome.verdict),
    ...outcome.printed,
  ].join('\n');
  expect(everything).not.toContain(secret);
});
