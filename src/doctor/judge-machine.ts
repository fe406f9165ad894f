import { type DoctorFinding, fault, fine, unknown } from './finding.ts';

/** What the programs of this machine say of themselves. */
export interface MachineFacts {
  readonly node: string;
  /** What this Node is too old for; undefined where it is not. */
  readonly oldNode: string | undefined;
  /** What they print; undefined where they are not there. */
  readonly git: string | undefined;
  readonly ssh: string | undefined;
  /** Whether a host is reached by OpenSSH. */
  readonly needsSsh: boolean;
}

const OLDEST_GIT = [2, 34] as const;
const HERE = 'this machine';

export function judgeMachine(facts: MachineFacts): DoctorFinding[] {
  const { node, oldNode } = facts;
  return [
    oldNode === undefined
      ? fine('node', HERE, node)
      : fault('node/old', HERE, oldNode),
    judgeGit(facts.git),
    ...(facts.needsSsh ? [judgeSsh(facts.ssh)] : []),
  ];
}

function judgeGit(said: string | undefined): DoctorFinding {
  if (said === undefined)
    return fault('git-version/old', HERE, 'there is no git');
  const [, version, major, minor] =
    /^git version ((\d+)\.(\d+)\S*)/.exec(said) ?? [];
  if (version === undefined) return unknown('git-version', HERE, said);
  const [oldestMajor, oldestMinor] = OLDEST_GIT;
  const isOld =
    Number(major) < oldestMajor ||
    (Number(major) === oldestMajor && Number(minor) < oldestMinor);
  return isOld
    ? fault('git-version/old', HERE, version)
    : fine('git-version', HERE, version);
}

function judgeSsh(said: string | undefined): DoctorFinding {
  if (said === undefined) {
    return fault('ssh-client/absent', HERE, 'there is no ssh');
  }
  return said.startsWith('OpenSSH')
    ? fine('ssh-client', HERE, said)
    : unknown('ssh-client', HERE, said);
}
