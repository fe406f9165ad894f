import { type DoctorFinding, fault, fine, unknown } from './finding.ts';

/** What the environment of a job says of its runner. */
export interface RunnerFacts {
  readonly flavour: 'forgejo' | 'gitea' | 'github';
  /** Undefined where it does not say. */
  readonly version: string | undefined;
  readonly artifacts:
    | { readonly kind: 'absent'; readonly why: string }
    | {
        readonly kind: 'offered';
        readonly url: string;
        /** Why it does not answer; undefined where it does. */
        readonly trouble: string | undefined;
      };
}

const OLDEST = 12;
const RUNNER = 'runner';

export function judgeRunner(facts: RunnerFacts): DoctorFinding[] {
  return [
    // GitHub's own is always the newest, and does not tell.
    ...(facts.flavour === 'github' ? [] : [judgeVersion(facts.version)]),
    judgeArtifacts(facts.artifacts),
  ];
}

function judgeVersion(version: string | undefined): DoctorFinding {
  const major = /^v?(\d+)\./.exec(version ?? '')?.[1];
  if (version === undefined || major === undefined) {
    const reason = `its version is ${version ?? 'not told'}`;
    return unknown('runner', RUNNER, reason);
  }
  return Number(major) < OLDEST
    ? fault('runner/old', RUNNER, version)
    : fine('runner', RUNNER, version);
}

function judgeArtifacts(artifacts: RunnerFacts['artifacts']): DoctorFinding {
  if (artifacts.kind === 'absent') {
    return fault('artifacts/absent', RUNNER, artifacts.why);
  }
  const { url, trouble } = artifacts;
  return trouble === undefined
    ? fine('artifacts', RUNNER, url)
    : fault('artifacts/unreachable', RUNNER, trouble, { url });
}
