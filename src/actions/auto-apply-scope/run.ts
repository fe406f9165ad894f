import { decideScope, SCOPE_GATE } from '../../gates/scope/decide-scope.ts';
import { InputError } from '../../model/errors.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import { asConvergence } from '../as-convergence.ts';
import { findHeadPosition, type HeadPosition } from '../find-head-position.ts';
import { readRecord } from '../read-record.ts';
import type { Ports, Step } from '../step.ts';
import { parseScopeInputs, type ScopeInputs } from './inputs.ts';
import {
  type ModuleFindings,
  readModuleFindings,
  readRepository,
} from './read-scope-facts.ts';

/** Which modules are affected, and which may go on without a person. */
export const autoApplyScopeStep: Step = {
  name: SCOPE_GATE,
  inputs: {
    'event-name': '',
    base: '',
    head: '',
    module: '',
    only: '',
    'on-blocked': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['modules', 'eligible', 'blocked', 'stateful', 'count'],
  run: async (raw, given) => {
    const inputs = parseScopeInputs(raw);
    const ports = inputs.only === undefined ? given : asConvergence(given);
    const subject = await readSubject(ports, inputs);
    requireAskable(subject, inputs);
    const facts = await readFacts(ports, subject, inputs);
    const decision = decideScope(facts);
    return {
      verdict: decision.verdict,
      outputs: {
        modules: JSON.stringify(decision.modules),
        eligible: JSON.stringify(decision.eligible),
        blocked: JSON.stringify(
          decision.blocked.map(({ module, code, reason }) => ({
            module,
            code,
            reason,
          })),
        ),
        stateful: JSON.stringify(decision.stateful),
        count: String(decision.eligible.length),
      },
    };
  },
};

/** Only a person who dispatches can ask for one module. */
function requireAskable({ event }: Subject, { module }: ScopeInputs): void {
  if (module === undefined || event.name === 'workflow_dispatch') return;
  throw new InputError('module', module, 'it on workflow_dispatch only');
}

async function readFacts(ports: Ports, subject: Subject, inputs: ScopeInputs) {
  const { module: asked, only } = inputs;
  // Neither is left behind where the other fails: both clean up after them.
  const both = await Promise.allSettled([
    readRepository(subject),
    readRecord(ports, subject, inputs),
  ]);
  const reading = settled(both[0]);
  const record = settled(both[1]);
  const position = await findHeadPosition(ports, subject, record.remoteHeads);
  const found =
    position.kind === 'superseded'
      ? NOTHING_FOUND
      : await readModuleFindings(subject, reading, { ...record, asked, only });
  return {
    ...found,
    ...describePosition(position, found),
    event: subject.event.name,
    head: subject.head,
    base: subject.base,
    trusted: subject.trusted,
    insideRunner: ports.context.flavour !== 'local',
    asked,
    onBlocked: inputs.onBlocked ?? defaultOnBlocked(subject),
    limits: subject.policy.limits,
  };
}

function settled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}

function describePosition(position: HeadPosition, found: ModuleFindings) {
  switch (position.kind) {
    case 'tip':
      return {};
    case 'superseded':
      return { supersededBy: position.tip };
    case 'gone':
      return { rewritten: [position.reason, ...found.rewritten] };
  }
}

function defaultOnBlocked({ event }: Subject): 'fail' | 'report' {
  return event.name === 'workflow_dispatch' ? 'fail' : 'report';
}

const NOTHING_FOUND: ModuleFindings = {
  candidates: [],
  change: undefined,
  dependsOn: new Map(),
  invalid: [],
  known: new Set(),
  neverApplied: [],
  rewritten: [],
  unsupported: [],
};
