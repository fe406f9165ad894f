import type { RawInputs } from '../../actions/step.ts';

/** Options that every command about a repository takes. */
export interface RepositoryOptions {
  readonly repo: string;
  readonly policy?: string;
  readonly json?: boolean;
}

/** The override for one stateful module. */
export interface OverrideOptions {
  readonly allowStateful?: boolean;
  readonly backupRef?: string;
  readonly statefulConfirm?: string;
}

/** Inputs that every step takes. */
export function commonInputs(
  options: RepositoryOptions & { readonly sshKeyFile?: string },
): RawInputs {
  return {
    policy: options.policy,
    'ssh-key-file': options.sshKeyFile,
  };
}

/** Options of what holds something up, or lets it go on. */
export interface HoldOptions extends RepositoryOptions {
  readonly reason: string;
  readonly dryRun?: boolean;
}
