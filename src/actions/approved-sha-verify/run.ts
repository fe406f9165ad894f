import { openForge } from '../../adapters/forge/open-forge.ts';
import type { ApprovalFacts } from '../../gates/approval/approval-facts.ts';
import {
  APPROVAL_GATE,
  type Approval,
  decideApproval,
} from '../../gates/approval/decide-approval.ts';
import { ActionError } from '../../model/errors.ts';
import {
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import {
  readSubject,
  requireSame,
  type Subject,
} from '../../repository/subject.ts';
import type { Ports, Step, StepOutcome } from '../step.ts';
import { breakGlass } from './break-glass.ts';
import { type ApprovedShaInputs, parseApprovedShaInputs } from './inputs.ts';
import { readApprovalFacts } from './read-approval-facts.ts';

/** Lets through only what people merged, exactly where it belongs. */
export const approvedShaVerifyStep: Step = {
  name: APPROVAL_GATE,
  inputs: {
    sha: '',
    pr: '',
    modules: '',
    'break-glass-reason': '',
    repository: '',
    'base-branch': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['pr', 'merge-sha', 'head-sha', 'approvers', 'approvals'],
  run: async (raw, ports) => {
    const inputs = parseApprovedShaInputs(raw);
    const { workingDirectory, policyPath, token } = inputs;
    const about = { workingDirectory, policyPath, token };
    const subject = await readSubject(ports, about);
    requireAskable(subject, inputs);
    requireSame('repository', inputs.repository, ports.context.repository);
    requireSame('base-branch', inputs.baseBranch, subject.event.defaultBranch);
    const early = withoutForge(subject, inputs, ports);
    if (early) return report(early);
    try {
      if (inputs.breakGlassReason === undefined) {
        return await verify(subject, inputs, ports);
      }
      const verdict = await breakGlass(subject, inputs, ports);
      return { ...report(verdict), warning: verdict.decision === 'pass' };
    } catch (error) {
      throw nameAfterGate(error);
    }
  },
};

/** Only a person who dispatches can ask for another commit than the event's. */
function requireAskable(
  { event, head }: Subject,
  { sha, pr }: ApprovedShaInputs,
): void {
  if (event.name === 'pull_request') {
    throw new ActionError(
      'scope/event-not-supported',
      'A pull request is not merged yet: there is nothing to verify',
    );
  }
  if (event.name === 'workflow_dispatch') return;
  requireSame('sha', sha, head);
  requireSame('pr', pr?.toString(), '');
}

/** Where there is nothing to ask about, or nobody to ask. */
function withoutForge(
  { head }: Subject,
  { modules }: ApprovedShaInputs,
  { context }: Ports,
): Verdict | undefined {
  const about = { gate: APPROVAL_GATE, sha: head };
  if (modules.length === 0) {
    const reason = 'There is no module to verify';
    return passVerdict(about, 'approval/approved', reason);
  }
  if (!context.rehearsal) return undefined;
  const reason =
    'A rehearsal has no forge: nobody looked for the pull requests behind this';
  return passVerdict(about, 'approval/not-rehearsed', reason, { modules });
}

async function verify(
  subject: Subject,
  inputs: ApprovedShaInputs,
  ports: Ports,
): Promise<StepOutcome> {
  const { context, clock } = ports;
  const { token, apiUrl } = inputs;
  const forge = await openForge({ context, clock, token, apiUrl });
  const { defaultBranch: baseBranch } = subject.event;
  const request = { subject, inputs, forge, baseBranch };
  const reading = await readApprovalFacts(request, ports);
  if (!reading.ok) {
    const about = { gate: APPROVAL_GATE, sha: subject.head };
    return report(refuseVerdict(about, [reading.finding]));
  }
  const { facts } = reading;
  return report(decideApproval(facts, subject.policy.approval), facts);
}

function report(verdict: Verdict, facts?: ApprovalFacts): StepOutcome {
  const numbers = [...(facts?.pulls.keys() ?? [])];
  const number =
    facts?.asked ?? (numbers.length === 1 ? numbers[0] : undefined);
  const approvals = (verdict.evidence['approvals'] ?? []) as Approval[];
  const approvers = new Set(approvals.flatMap((each) => each.approvers));
  return {
    verdict,
    outputs: {
      pr: number?.toString() ?? '',
      'merge-sha': verdict.sha,
      'head-sha': facts?.pulls.get(number ?? 0)?.head ?? '',
      approvers: JSON.stringify([...approvers].sort()),
      approvals: JSON.stringify(approvals),
    },
  };
}

/** What git could not tell here is this gate's own answer. */
function nameAfterGate(error: unknown): unknown {
  if (!(error instanceof ActionError) || error.code !== 'git/unavailable') {
    return error;
  }
  const { message, remedy, evidence } = error;
  return new ActionError('approval/git-unavailable', message, {
    remedy,
    evidence,
    cause: error,
  });
}
