import { type DoctorFinding, fault, fine, unknown } from './finding.ts';
import type { Told } from './judge-forge.ts';

/** A job of the repository that reads secrets. */
export interface SecretJob {
  readonly place: string;
  readonly secrets: readonly string[];
  /** The environment it is deployed to, where it names one. */
  readonly environment: string | undefined;
}

/** What decides who can read the secrets of lanes. */
export interface BoundaryFacts {
  readonly flavour: 'forgejo' | 'github';
  readonly jobs: readonly SecretJob[];
  /** Names of the secrets that the repository itself keeps. */
  readonly stored: Told<readonly string[]>;
  /** Whoever may push beside the owner of the repository. */
  readonly pushers: Told<readonly string[]>;
  /** Environment -> true where the default branch alone may deploy to it. */
  readonly environments: ReadonlyMap<string, Told<boolean>>;
  readonly branch: string;
}

const FORGE = 'forge';
const SHOWN = 5;

/**
 * Which of the three ways in docs/security.md keeps secrets from whoever can
 * push a branch, as far as it can be seen from outside.
 */
export function judgeBoundary(facts: BoundaryFacts): DoctorFinding {
  const { jobs, pushers, stored } = facts;
  const check = 'boundary';
  const isStored = stored.kind === 'told' && stored.value.length > 0;
  if (jobs.length === 0 && stored.kind === 'told' && !isStored) {
    return fine(
      check,
      FORGE,
      '(b): no lane and no secret is in this repository',
    );
  }
  const sealed = judgeEnvironments(facts);
  if (sealed) return sealed;
  if (pushers.kind === 'untold') {
    return unknown(check, FORGE, `who may push: ${pushers.why}`);
  }
  if (pushers.value.length === 0) {
    return fine(check, FORGE, '(a): nobody but the owner can push');
  }
  if (jobs.length === 0 && stored.kind === 'untold') {
    return unknown(check, FORGE, `secrets of the repository: ${stored.why}`);
  }
  const where =
    jobs.length > 0
      ? some(jobs.map(({ place }) => place))
      : `the secrets ${some(stored.kind === 'told' ? stored.value : [])}`;
  const reason = `${some(pushers.value)} can push, and so read what ${where} has`;
  return fault('boundary/open', FORGE, reason, { branch: facts.branch });
}

/** (c): every job that reads secrets does so in an environment of its own. */
function judgeEnvironments(facts: BoundaryFacts): DoctorFinding | undefined {
  const { flavour, jobs, stored, environments } = facts;
  // Forgejo takes the word, and keeps nothing by it.
  if (flavour !== 'github' || jobs.length === 0) return undefined;
  const told = jobs.map(({ environment }) =>
    environment === undefined ? undefined : environments.get(environment),
  );
  if (told.some((each) => each === undefined)) return undefined;
  const untold = told.find((each) => each?.kind === 'untold');
  if (untold?.kind === 'untold') {
    return unknown('boundary', FORGE, `the environment: ${untold.why}`);
  }
  if (!told.every((each) => each?.kind === 'told' && each.value))
    return undefined;
  // With the same name in the repository, any branch would read that one.
  const read = jobs.flatMap(({ secrets }) => secrets);
  if (stored.kind === 'untold') {
    return unknown(
      'boundary',
      FORGE,
      `secrets of the repository: ${stored.why}`,
    );
  }
  const beside = stored.value.filter(
    (name) => read.includes(name) || read.includes('*'),
  );
  if (beside.length > 0) return undefined;
  return fine(
    'boundary',
    FORGE,
    '(c): an environment of the default branch alone',
  );
}

function some(list: readonly string[]): string {
  const more = list.length - SHOWN;
  const shown = list.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
