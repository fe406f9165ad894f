import { execFileSync } from 'node:child_process';
import type { LogReport } from '../../src/audit/log-report.ts';
import type { AuditEntry } from '../../src/model/audit-entry.ts';
import { checkpointOf, verifyBytes } from './audit-lines.ts';
import type { Platform } from './platform.ts';

const STATE_BRANCH = 'platform-state';

function readText(platform: Platform): string {
  return platform.readRemote(STATE_BRANCH, 'state/AUDIT_LOG.jsonl') ?? '';
}

/** The audit log of a platform, as far as its newest file goes. */
export function readEntries(platform: Platform): AuditEntry[] {
  return readText(platform)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEntry);
}

export function kindsOf(platform: Platform): string[] {
  return readEntries(platform).map(({ kind }) => kind);
}

/** What a verification says to the log, held to its own end. */
export function verifyPlatform(platform: Platform): Promise<LogReport> {
  const text = `${readText(platform)}\n`;
  const lines = text.split(/(?<=\n)/);
  return verifyBytes(text, [checkpointOf(lines)]);
}

/** How many commits the state branch has. */
export function countCommits(platform: Platform): number {
  const place = `--git-dir=${platform.remote}`;
  const count = ['rev-list', '--count', STATE_BRANCH];
  return Number(execFileSync('git', [place, ...count], { encoding: 'utf8' }));
}

/** Lets a remote take so many pushes to the state branch, and no more. */
export function refusePushes(platform: Platform, after: number): void {
  const hook = `${platform.remote}/hooks/pre-receive`;
  const script = `#!/bin/sh
grep -q ${STATE_BRANCH} || exit 0
echo >>${platform.root}/pushes
[ "$(wc -l <${platform.root}/pushes)" -le ${after} ]
`;
  execFileSync('sh', ['-c', `cat >${hook}; chmod 755 ${hook}`], {
    input: script,
  });
}
