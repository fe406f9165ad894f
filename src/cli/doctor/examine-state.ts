import type { Ports } from '../../actions/step.ts';
import { readOpenAttempts } from '../../apply/read-open-attempts.ts';
import {
  type DoctorFinding,
  fault,
  fine,
  unknown,
} from '../../doctor/finding.ts';
import { judgeState, type StateFacts } from '../../doctor/judge-state.ts';
import { ActionError } from '../../model/errors.ts';
import { openStateAt, type StatePlace } from '../../repository/state-place.ts';
import { readLeases } from '../../state/lease-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';

interface StateRequest {
  readonly place: StatePlace;
  readonly defaultBranch: string;
  readonly token: string | undefined;
}

/** Looks at the remote and at its state branch, and says what is there. */
export async function examineState(
  { place, defaultBranch, token }: StateRequest,
  ports: Ports,
): Promise<DoctorFinding[]> {
  const { policy, trusted } = place;
  const { branch } = policy.state;
  try {
    const state = await openStateAt(ports, place, { token });
    try {
      const snapshot = await state.store.fetch();
      return judgeState({
        ...{ branch, defaultBranch, trusted, now: ports.clock.now() },
        ...{ commit: snapshot.commit, heads: snapshot.remoteHeads },
        held: await readHeld(snapshot),
      });
    } finally {
      state.close();
    }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const rest = (['leases', 'intents'] as const).map((check) =>
      unknown(check, 'origin', 'the state branch could not be read'),
    );
    return error.code === 'state/malformed'
      ? [
          fine('origin', 'origin', 'it answers'),
          fault('state-branch/foreign', 'origin', error.message, { branch }),
          ...rest,
        ]
      : [
          unknown('origin', 'origin', error.message),
          unknown('state-branch', 'origin', error.message, { branch }),
          ...rest,
        ];
  }
}

async function readHeld(snapshot: StateSnapshot): Promise<StateFacts['held']> {
  try {
    return {
      leases: await readLeases(snapshot),
      attempts: await readOpenAttempts(snapshot),
    };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return error.message;
  }
}
