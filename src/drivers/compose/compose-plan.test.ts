import { describe, expect, it } from 'vitest';
import {
  configOf,
  type FactsOptions,
  imageId,
  type ModelOptions,
  makeFactFields,
} from '../../../tests/support/compose-facts.ts';
import {
  PLANNED_TREE,
  type PlanOptions,
  planAnswered,
} from '../../../tests/support/compose-planning.ts';
import type { HostRequest } from '../../host/host-session.ts';
import { encodeWords } from '../../host/protocol.ts';
import { planSchema } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { observedSchema } from './observed.ts';

const TREE = PLANNED_TREE;
const WEB: ModelOptions = { services: { web: { image: 'site:1' } } };

const planned = async (facts: FactsOptions, options: PlanOptions = {}) => {
  const result = await planAnswered(makeFactFields(facts), options);
  if (result.kind === 'refused') throw new TypeError(result.refusal.reason);
  return result.plan;
};

describe('a plan', () => {
  it('is whole, valid and bound to its digest', async () => {
    const plan = await planned({ model: WEB, containers: { web: [] } });
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan.digest).toBe(planDigest(plan));
    const config = configOf({ image: 'site:1' });
    expect(plan).toMatchObject({
      ...{ module: 'web', tree: TREE, driver: 'compose', exit_code: 1 },
      changes: [{ resource: 'service/web', action: 'create' }],
      expected: { web: { config, image: imageId('site:1') } },
      observed: { release: null, sha: null, compose: '2.40.3', services: {} },
      health: 'healthy',
      release_update: false,
      adopted: false,
    });
    expect(observedSchema.parse(plan.observed).facts).toBe('d'.repeat(64));
  });

  it('tells what runs of the services of the module only', async () => {
    const model = { services: { ...WEB.services, other: { image: 'x' } } };
    const containers = {
      web: [{ number: 2, state: 'exited' }, { number: 1 }],
      other: [{}],
    };
    const compose = { services: ['web'] };
    const plan = await planned({ model, containers }, { compose });
    expect(Object.keys(plan.expected ?? {})).toEqual(['web']);
    expect(plan.observed?.['services']).toEqual({
      web: {
        config: configOf({ image: 'site:1' }),
        image: imageId('site:1'),
        state: 'running',
      },
    });
  });

  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['nothing was live', { live: '' }, true, true],
    ['another release is live', { live: 'c'.repeat(64) }, true, false],
    ['this release is live', { live: TREE }, false, false],
    ['its link stands', { live: TREE, directory: 'linked' }, false, false],
    ['its link is gone', { live: TREE, directory: 'absent' }, true, false],
    ['its old folder stands', { live: TREE, directory: 'folder' }, true, true],
  ])('in sync where %s', async (_, fields, release_update, adopted) => {
    const facts = { model: WEB, fields };
    expect(await planned(facts)).toMatchObject({
      ...{ exit_code: 0, changes: [], release_update, adopted },
    });
    const drift = { ...facts, containers: { web: [] } };
    expect(await planned(drift)).toMatchObject({
      ...{ exit_code: 1, release_update: false, adopted: false },
    });
  });

  it('says null for an image that is not there', async () => {
    const plan = await planned({ model: WEB, missing: ['web'] });
    expect(plan.expected?.['web']).toMatchObject({ image: null });
  });

  it('is redacted', async () => {
    const redact = (text: string) => text.replaceAll('site', '[hidden]');
    const facts = { model: WEB, containers: { web: [] } };
    expect(JSON.stringify(await planned(facts, { redact }))).not.toContain(
      'site',
    );
  });
});

describe('the request', () => {
  const fieldsOf = async (options: PlanOptions) => {
    const requests: HostRequest[] = [];
    await planAnswered({}, { ...options, requests });
    return requests[0]?.fields ?? {};
  };

  it('names the files from the repository root, in order', async () => {
    const files = {
      '/compose/base.yaml': 'services: {}\n',
      'a/b.yaml': 'services: {}\n',
    };
    const compose = {
      file: '/compose/base.yaml',
      files: ['a/b.yaml'],
      profiles: ['x'],
      services: ['web', 'db'],
      oneshot: ['db'],
      project_directory: '/opt/app',
    };
    const fields = await fieldsOf({ compose, files });
    expect(fields['compose_files']).toBe(
      encodeWords(['compose/base.yaml', 'modules/web/a/b.yaml']),
    );
    expect(fields['services']).toBe(encodeWords(['web', 'db']));
    expect(fields['oneshot']).toBe(encodeWords(['db']));
    expect(fields['profiles']).toBe(encodeWords(['x']));
    expect(fields).toMatchObject({
      ...{ op: 'plan', driver: 'compose', project: 'web' },
      project_directory: '/opt/app',
    });
  });

  it('has a default for all of it', async () => {
    const fields = await fieldsOf({});
    expect(fields['compose_files']).toBe(
      encodeWords(['modules/web/compose.yaml']),
    );
    expect(fields).toMatchObject({ services: '', project_directory: '' });
  });

  it.each([
    [{}, { renamed_from: 'old' }, 'old'],
    [{ project: 'p' }, { renamed_from: 'old' }, 'p'],
  ])(
    'keeps the project of a renamed module',
    async (compose, manifest, name) => {
      const fields = await fieldsOf({ compose, manifest });
      expect(fields['project']).toBe(name);
    },
  );
});
