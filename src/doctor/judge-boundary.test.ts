import { describe, expect, it } from 'vitest';
import { type BoundaryFacts, judgeBoundary } from './judge-boundary.ts';

const told = <Value>(value: Value) => ({ kind: 'told', value }) as const;
const untold = { kind: 'untold', why: '403' } as const;
const job = {
  place: 'lane.yml (apply)',
  secrets: ['KEY'],
  environment: undefined,
};
const deployed = { ...job, environment: 'production' };
const open: BoundaryFacts = {
  flavour: 'forgejo',
  jobs: [job],
  stored: told(['KEY']),
  pushers: told(['agent']),
  environments: new Map(),
  branch: 'main',
};
const limited = new Map([['production', told(true)]]);

describe('who can read the secrets', () => {
  it.each<[string, Partial<BoundaryFacts>, string]>([
    ['others push where a lane has secrets', {}, 'open'],
    ['(a) the owner alone pushes', { pushers: told([]) }, 'fine'],
    ['(b) no lane, no secret', { jobs: [], stored: told([]) }, 'fine'],
    ['a secret without a lane', { jobs: [] }, 'open'],
    ['no lane, secrets unseen', { jobs: [], stored: untold }, 'unknown'],
    ['pushers unseen', { pushers: untold }, 'unknown'],
    [
      '(c) a limited environment',
      {
        flavour: 'github',
        jobs: [deployed],
        stored: told([]),
        environments: limited,
      },
      'fine',
    ],
    [
      'a limited environment on Forgejo, which ignores it',
      { jobs: [deployed], stored: told([]), environments: limited },
      'open',
    ],
    [
      'one job without the environment',
      {
        flavour: 'github',
        jobs: [deployed, job],
        stored: told([]),
        environments: limited,
      },
      'open',
    ],
    [
      'an environment that cannot be seen',
      {
        flavour: 'github',
        jobs: [deployed],
        environments: new Map([['production', untold]]),
      },
      'unknown',
    ],
    [
      'a job that reads every secret',
      {
        flavour: 'github',
        jobs: [{ ...deployed, secrets: ['*'] }],
        stored: told(['OTHER']),
        environments: limited,
      },
      'open',
    ],
  ])('%s', (_, facts, outcome) => {
    expect(judgeBoundary({ ...open, ...facts }).code).toBe(
      `boundary/${outcome}`,
    );
  });
});
