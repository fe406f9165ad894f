import type { RequiredGate } from '../gates/apply-readiness/apply-readiness.ts';
import {
  ACKNOWLEDGE_INPUTS,
  FREEZE_INPUTS,
  OVERRIDE_INPUTS,
} from './person-inputs.ts';
import type { Wire } from './wire.ts';
import { auditSignKey, input, output, sshKey, stateSshKey } from './wires.ts';

/** One step of a lane, as it stands in the workflow file. */
export interface LaneStep {
  readonly id: string;
  /** Name of the action (and of the Step in code). */
  readonly action: string;
  readonly with: Readonly<Record<string, Wire>>;
  /**
   * When the step runs: after the steps before it passed, only if that output
   * is not an empty list, or whatever happened.
   */
  readonly runs:
    | { readonly when: 'passed' }
    | { readonly when: 'listed'; readonly step: string; readonly name: string }
    | { readonly when: 'always' };
}

export interface LaneInput {
  readonly description: string;
  readonly options?: readonly string[];
  readonly default: string;
}

/** The lane of `workflows/auto-apply.yml`. */
export interface LaneDefinition {
  readonly inputs: Readonly<Record<string, LaneInput>>;
  readonly steps: readonly LaneStep[];
}

const armed = { input: 'allow_stateful', is: 'true' } as const;
const goesOn = {
  when: 'listed',
  step: 'stateful',
  name: 'eligible',
} as const;
/**
 * Push to the default branch (stateless modules only), and dispatch by hand,
 * with which one stateful module can be proven in sync. On a push
 * `stateful-gate` gets what scope found eligible; on a dispatch that asks for
 * the override it alone decides, on every module of the scope.
 */
export const AUTO_APPLY: LaneDefinition = {
  inputs: {
    module: {
      description: 'Module to apply. Empty: every module that lags behind.',
      default: '',
    },
    ...OVERRIDE_INPUTS,
    allow_stateful: {
      description: 'Let one stateful module through if it is in sync.',
      options: ['false', 'true'],
      default: 'false',
    },
    ...FREEZE_INPUTS,
    ...ACKNOWLEDGE_INPUTS,
  },
  steps: [
    {
      id: 'scope',
      action: 'auto-apply-scope',
      runs: { when: 'passed' },
      with: {
        module: input('module'),
        'on-blocked': {
          from: 'choice',
          when: armed,
          value: 'report',
          otherwise: '',
        },
      },
    },
    {
      id: 'stateful',
      action: 'stateful-gate',
      runs: { when: 'passed' },
      with: {
        modules: {
          from: 'choice',
          when: armed,
          value: output('scope', 'modules'),
          otherwise: output('scope', 'eligible'),
        },
        // As it was typed: the gate refuses what is neither true nor false.
        'allow-stateful': input('allow_stateful'),
        'backup-ref': input('backup_ref'),
        'stateful-confirm': input('stateful_confirm'),
        'ssh-key': sshKey,
      },
    },
    {
      id: 'approval',
      action: 'approved-sha-verify',
      runs: goesOn,
      with: { modules: output('stateful', 'eligible') },
    },
    {
      id: 'plan',
      action: 'module-plan',
      runs: goesOn,
      with: { modules: output('stateful', 'eligible'), 'ssh-key': sshKey },
    },
    {
      id: 'guard',
      action: 'plan-noop-guard',
      runs: goesOn,
      with: {
        modules: output('stateful', 'eligible'),
        'require-noop': output('stateful', 'require-noop'),
      },
    },
    {
      id: 'apply',
      action: 'module-apply',
      runs: goesOn,
      with: {
        modules: output('stateful', 'eligible'),
        'require-noop': output('stateful', 'require-noop'),
        'despite-freeze': input('despite_freeze'),
        'acknowledge-host': input('acknowledge_host'),
        'ssh-key': sshKey,
        'state-ssh-key': stateSshKey,
        'audit-sign-key': auditSignKey,
      },
    },
    {
      id: 'report',
      action: 'lane-report',
      runs: { when: 'always' },
      with: { 'state-ssh-key': stateSshKey },
    },
    {
      id: 'artifact',
      action: 'state-artifact-upload',
      runs: { when: 'always' },
      with: { 'state-ssh-key': stateSshKey },
    },
  ],
};

/**
 * The gates that must have passed before `module-apply` may touch a host.
 * Scope holds an armed module back for being stateful, and for nothing else.
 */

export type LaneName = 'auto-apply' | 'stateful-noop' | 'approved' | 'rollback';

export const LANES: Readonly<
  Record<LaneName, { gates: readonly RequiredGate[] }>
> = {
  'auto-apply': {
    gates: [
      { gate: 'auto-apply-scope', covers: 'verdict' },
      { gate: 'stateful-gate', covers: 'verdict' },
      { gate: 'approved-sha-verify', covers: 'verdict' },
      { gate: 'plan-noop-guard', covers: 'verdict' },
    ],
  },
  approved: {
    gates: [
      { gate: 'approved-sha-verify', covers: 'bound' },
      { gate: 'stateful-gate', covers: 'verdict' },
      { gate: 'plan-noop-guard', covers: 'verdict' },
    ],
  },
  rollback: {
    gates: [
      { gate: 'rollback-target', covers: 'bound' },
      { gate: 'stateful-gate', covers: 'verdict' },
      { gate: 'plan-noop-guard', covers: 'verdict' },
    ],
  },
  'stateful-noop': {
    gates: [
      { gate: 'auto-apply-scope', covers: 'armed' },
      { gate: 'stateful-gate', covers: 'verdict' },
      { gate: 'approved-sha-verify', covers: 'verdict' },
      { gate: 'plan-noop-guard', covers: 'verdict' },
    ],
  },
};
