import { closeHosts } from '../adapters/transport/open-host.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import { readSubject, type Subject } from '../repository/subject.ts';
import type { RepositoryOptions } from './commands/options.ts';
import { type LocalRun, openLocalRun } from './local-run.ts';
import type { Terminal } from './terminal.ts';

interface BackupRun {
  readonly run: LocalRun;
  /** What a step would be given. */
  readonly inputs: {
    readonly workingDirectory: string;
    readonly policyPath: string;
    readonly token: undefined;
    readonly stateSshKey: undefined;
    readonly sshKey: undefined;
    readonly sshKeyFile: string | undefined;
  };
  readonly subject: () => Promise<Subject>;
}

/** A run at a terminal that reaches hosts, and leaves no connection behind. */
export async function withBackupRun(
  options: RepositoryOptions & { readonly sshKeyFile?: string },
  terminal: Terminal,
  work: (run: BackupRun) => Promise<number>,
): Promise<number> {
  const run = await openLocalRun(
    { ...options, event: 'workflow_dispatch' },
    terminal,
  );
  const inputs = {
    workingDirectory: '.',
    policyPath: options.policy ?? DEFAULT_POLICY_PATH,
    token: undefined,
    stateSshKey: undefined,
    sshKey: undefined,
    sshKeyFile: options.sshKeyFile,
  };
  try {
    return await work({
      run,
      inputs,
      subject: () => readSubject(run.ports, inputs),
    });
  } finally {
    await closeHosts(run.ports.context.folder(), run.ports.exec);
    run.close();
  }
}
