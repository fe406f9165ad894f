import { ActionError } from '../model/errors.ts';
import { isProtected, type PushAnswer } from './remote-answer.ts';

type Failure = PushAnswer['kind'] | 'locked' | 'protected';

const FAILURES = {
  conflict: 'other writers always came first',
  locked: 'the remote keeps it locked, and nobody moves it',
  protected: 'it is protected against the token or key of this job',
  refused: 'the remote refused the push',
  unknown: 'the remote did not say whether it took the push',
  accepted: 'the push was taken',
} as const satisfies Record<Failure, string>;

const REMEDIES: Readonly<Partial<Record<keyof typeof FAILURES, string>>> = {
  conflict: 'Run the job again when fewer runs write at once.',
  locked:
    'A push that was cut off on the server leaves a lock behind. On the server, once no push is running: rm <repository>/refs/heads/<branch>.lock',
  protected:
    'Give `state-ssh-key` a deploy key with write access and let the rule of the branch allow it (Forgejo: "Whitelist deploy keys with write access to push"; GitHub: the bypass list of the ruleset), or leave this one branch unprotected.',
};

/** Why a change is not on the remote, as far as its last answer tells. */
export function describeNotDurable(
  answer: PushAnswer,
  about: {
    readonly branch: string;
    readonly attempts: number;
    /** The remote says that somebody writes, and nobody does. */
    readonly locked: boolean;
    readonly cause?: unknown;
  },
): ActionError {
  const { branch, attempts, cause } = about;
  const { said } = answer;
  const kind = about.locked ? 'locked' : kindOf(answer);
  const remedy = REMEDIES[kind];
  return new ActionError(
    'state/not-durable',
    `The state branch ${JSON.stringify(branch)} could not be written, ${FAILURES[kind]} (attempts: ${attempts}): ${said}`,
    {
      ...(remedy === undefined ? {} : { remedy }),
      evidence: { cause: kind, attempts, branch, said },
      cause,
    },
  );
}

function kindOf(answer: PushAnswer): Failure {
  const declined = answer.kind === 'refused' && isProtected(answer);
  return declined ? 'protected' : answer.kind;
}
