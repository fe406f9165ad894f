// Generated from every action.yml by `npm run docs`.
// biome-ignore-all format: generated, one line for each action

/** Inputs of each action of apply-gates; `auto-apply` is the lane in one step. */
export const ACTION_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'approved-sha-verify': ['sha', 'pr', 'modules', 'break-glass-reason', 'repository', 'base-branch', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'audit-log-append': ['kind', 'body', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'auto-apply-scope': ['event-name', 'base', 'head', 'module', 'only', 'on-blocked', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'backup-before-apply': ['module', 'dry-run', 'sha', 'working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file', 'state-ssh-key'],
  'freeze': ['change', 'module', 'host', 'all', 'reason', 'until', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'lane-comment': ['pr', 'ntfy-url', 'working-directory', 'policy', 'token', 'api-url'],
  'lane-report': ['record', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'module-apply': ['modules', 'sha', 'plan', 'require-noop', 'break-glass-reason', 'rollback-reason', 'despite-freeze', 'acknowledge-host', 'working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file', 'state-ssh-key', 'audit-sign-key'],
  'module-plan': ['modules', 'sha', 'output', 'working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file'],
  'plan-noop-guard': ['plan', 'modules', 'require-noop', 'sha', 'max-age', 'format', 'plan-digest', 'allow-destructive', 'working-directory', 'policy'],
  'pr-check': ['comment', 'working-directory', 'policy', 'token', 'api-url'],
  'prepare': ['repository', 'ref', 'token', 'path'],
  'reconcile': ['drift', 'dry-run', 'ntfy-url', 'working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file', 'state-ssh-key'],
  'rollback-target': ['modules', 'to', 'reason', 'dry-run', 'working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file', 'state-ssh-key'],
  'state-artifact-upload': ['name', 'paths', 'if-no-files-found', 'retention-days', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key'],
  'stateful-gate': ['event-name', 'modules', 'allow-stateful', 'backup-ref', 'stateful-confirm', 'sha', 'working-directory', 'policy', 'token', 'api-url', 'state-ssh-key', 'ssh-key', 'ssh-key-file'],
  'auto-apply': ['working-directory', 'policy', 'token', 'api-url', 'ssh-key', 'ssh-key-file', 'state-ssh-key', 'audit-sign-key', 'module', 'allow-stateful', 'backup-ref', 'stateful-confirm', 'despite-freeze', 'acknowledge-host'],
};
