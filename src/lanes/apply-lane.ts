import type { LaneDefinition } from './lanes.ts';
import {
  ACKNOWLEDGE_INPUTS,
  FREEZE_INPUTS,
  OVERRIDE_INPUTS,
} from './person-inputs.ts';
import type { Wire } from './wire.ts';
import {
  auditSignKey,
  input,
  ntfyUrl,
  output,
  sshKey,
  stateSshKey,
} from './wires.ts';

const asked: Wire = { from: 'list', input: 'module' };
const passed = { when: 'passed' } as const;
const verified = output('verify', 'merge-sha');

/** What both verifications are asked: by a SHA, by a number, or by both. */
const wanted = {
  sha: input('sha'),
  pr: input('pr'),
  modules: asked,
  'break-glass-reason': input('break_glass_reason'),
} as const;

/**
 * The lane of `workflows/apply.yml`: one approved commit and one module, by
 * hand. It is verified, checked out, verified again where it lies, and only
 * then planned and applied: drift is allowed, of a stateful module with backup
 * and confirmation.
 */
export const APPLY: LaneDefinition = {
  inputs: {
    module: { description: 'Module to apply.', default: '' },
    sha: {
      description: 'What its pull request was merged as, or its head.',
      default: '',
    },
    pr: {
      description: 'Number of its pull request; this or sha.',
      default: '',
    },
    plan_digest: {
      description: 'Digest that the plan must have (sha256:…). Empty: any.',
      default: '',
    },
    ...OVERRIDE_INPUTS,
    allow_destructive: {
      description: 'Resources that may be destroyed, a JSON array of names.',
      default: '[]',
    },
    break_glass_reason: {
      description: 'Reason to apply without approval; loud, and on record.',
      default: '',
    },
    ...FREEZE_INPUTS,
    ...ACKNOWLEDGE_INPUTS,
  },
  steps: [
    {
      id: 'verify',
      action: 'approved-sha-verify',
      runs: passed,
      with: wanted,
    },
    {
      id: 'checkout',
      action: 'prepare',
      runs: passed,
      with: { ref: verified },
    },
    {
      id: 'bind',
      action: 'approved-sha-verify',
      runs: passed,
      with: { ...wanted, sha: verified },
    },
    {
      id: 'stateful',
      action: 'stateful-gate',
      runs: passed,
      with: {
        modules: asked,
        sha: verified,
        'allow-stateful': input('allow_stateful'),
        'backup-ref': input('backup_ref'),
        'stateful-confirm': input('stateful_confirm'),
        'ssh-key': sshKey,
      },
    },
    {
      id: 'plan',
      action: 'module-plan',
      runs: passed,
      with: { modules: asked, sha: verified, 'ssh-key': sshKey },
    },
    {
      id: 'guard',
      action: 'plan-noop-guard',
      runs: passed,
      with: {
        modules: asked,
        sha: verified,
        'require-noop': { from: 'text', text: 'false' },
        'plan-digest': input('plan_digest'),
        'allow-destructive': input('allow_destructive'),
      },
    },
    {
      id: 'apply',
      action: 'module-apply',
      runs: passed,
      with: {
        modules: asked,
        sha: verified,
        'break-glass-reason': input('break_glass_reason'),
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
      id: 'comment',
      action: 'lane-comment',
      runs: { when: 'always' },
      with: {
        pr: input('pr'),
        'ntfy-url': ntfyUrl,
      },
    },
    {
      id: 'artifact',
      action: 'state-artifact-upload',
      runs: { when: 'always' },
      with: { 'state-ssh-key': stateSshKey },
    },
  ],
};
