import type { CommandResult } from '../adapters/exec.ts';
import { printable } from '../model/printable.ts';

/** How a push ended. `unknown` may have been accepted all the same. */
export type PushAnswer = {
  readonly kind: 'accepted' | 'conflict' | 'refused' | 'unknown';
  /** git's own words. */
  readonly said: string;
};

/** Said by servers whose branch moved between our look and our push. */
const LOST_RACE =
  /fetch first|non-fast-forward|stale info|failed to update ref|failed to lock|cannot lock ref|unable to lock|reference already exists|incorrect old value|is at [0-9a-f]+ but expected/i;

/** Said where a branch lies in the way, such as one below this one's name. */
const NAME_TAKEN = /exists; cannot create/i;

/** Said where trying again with the same credentials cannot help. */
const DENIED =
  /returned error: (?:401|403|404)|authentication failed|permission (?:to .+ )?denied|could not read (?:username|password)|access denied|not authori[sz]ed|unauthori[sz]ed|read[- ]?only|host key verification failed|repository .*not found|does not appear to be a git repository|dubious ownership|transport '.+' not allowed/i;

/** Said by the rules of Forgejo, Gitea and GitHub for a branch. */
const PROTECTED =
  /protected branch|is protected from|GH006|GH013|rule violations/i;

/** True where a rule of the branch, not the credentials, was in the way. */
export function isProtected({ said }: PushAnswer): boolean {
  return PROTECTED.test(said);
}

/** True where git was turned away, rather than not reached. */
export function isDenied(result: CommandResult): boolean {
  return DENIED.test(result.stderr);
}

/** True where git would not take what the remote holds. */
export function isCorrupt(result: CommandResult): boolean {
  return /fsck error|^error: object [0-9a-f]{40}: \w+:/m.test(result.stderr);
}

/** Reads the answer of `git push --porcelain` with one ref. */
export function parsePushAnswer(result: CommandResult): PushAnswer {
  const stdout = result.stdout.toString('utf8');
  const line = /^([ *=!+-])\t\S+\t(.*)$/m.exec(stdout);
  const [, flag, summary = ''] = line ?? [];
  const said = [summary, gitSaid(result)].filter((text) => text !== '');
  const answer = (kind: PushAnswer['kind']): PushAnswer => ({
    kind,
    said: printable(said.join(' | ')),
  });
  if (flag !== undefined && ' *='.includes(flag)) {
    return answer(result.exitCode === 0 ? 'accepted' : 'unknown');
  }
  if (flag === '!' && !summary.startsWith('[remote failure]')) {
    const told = `${summary} ${result.stderr}`;
    const race = LOST_RACE.test(told) && !NAME_TAKEN.test(told);
    return answer(race ? 'conflict' : 'refused');
  }
  return answer(isDenied(result) ? 'refused' : 'unknown');
}

/** What git or the server said, on one line and without credentials. */
export function gitSaid(result: CommandResult): string {
  const lines = result.stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) =>
      /^(?:remote: +\S|(?:fatal|error|ssh)\b)|denied|refused/.test(line),
    )
    .filter((line) => !line.startsWith('error: failed to push some refs'))
    .map((line) => line.replace(/:\/\/[^/@\s]*@/g, '://'));
  // What it is about comes first, what git makes of it last.
  const told =
    lines.length > 6 ? [...lines.slice(0, 3), ...lines.slice(-3)] : lines;
  const text = told.join(' | ').slice(0, 800);
  return printable(text || (result.failure ?? `exit ${result.exitCode}`));
}
