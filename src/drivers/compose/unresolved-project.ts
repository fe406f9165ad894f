import { commandOnHost } from '../../host/command-on-host.ts';
import type { HostSession } from '../../host/host-session.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ComposeSubject } from './compose-subject.ts';
import { MASKED } from './facts/model-tree.ts';

const MAX_TOLD = 600;
const MAX_VARIABLES = 20;

/** What compose says of a variable without a value; either half may be masked. */
const UNSET = /variable is not set|Defaulting to a blank string/;
const REQUIRED = /required variable (\S+) is missing a value/;
const NO_FILE = /(?:env|label) file (.+?) not found/;

/** A name that is part of a value there is not told. */
const DOLLAR_ON_HOST =
  'A value in a file on the host has a dollar in it, which compose takes for the beginning of a variable: put that value in single quotes.';

/** Why compose could not resolve a project, from what it said. */
export function unresolvedFinding(
  stderr: string,
  subject: ComposeSubject,
  host: HostSession,
): Finding {
  const said = tell(stderr, subject);
  const required = REQUIRED.exec(stderr)?.[1];
  if (required !== undefined) {
    return unsetFinding([required], said, subject, host);
  }
  const details = { module: subject.module };
  const file = NO_FILE.exec(stderr)?.[1];
  if (file !== undefined) {
    const reason = `${subject.module} on ${subject.host}: compose reads ${tell(file, subject)}, which is not in the release`;
    return finding('plan/unmanaged-bind', reason, details);
  }
  const reason = `${subject.module} on ${subject.host}: compose cannot resolve the project${said === '' ? '' : `: ${said}`}`;
  const remedy =
    'Correct the compose files; docker compose config should accept them in a clean checkout.';
  return finding('plan/error', reason, { ...details, remedy });
}

/** The variables that compose took for empty, in one finding. */
export function findUnsetVariables(
  stderr: string,
  subject: ComposeSubject,
  host: HostSession,
): Finding[] {
  const names = stderr
    .split('\n')
    .filter((line) => UNSET.test(line))
    .map((line) => /The \\*"([^"\\]+)\\*" /.exec(line)?.[1] ?? MASKED);
  const unique = [...new Set(names)].slice(0, MAX_VARIABLES);
  if (unique.length === 0) return [];
  return [unsetFinding(unique, '', subject, host)];
}

const RESERVED =
  "What begins with COMPOSE_ is compose's own and is not taken from a .env: give it another name there and in the compose file.";

function unsetFinding(
  names: readonly string[],
  said: string,
  { base, manifest, module, host: name, redact }: ComposeSubject,
  host: HostSession,
): Finding {
  const told = names.map((each) => printable(redact(each)).slice(0, 100));
  const reserved = told.some((each) => each.startsWith('COMPOSE_'));
  const known = told.filter(
    (each) => each !== MASKED && !each.startsWith('COMPOSE_'),
  );
  const why = said === '' ? '' : ` (${said})`;
  const lines = known.map((each) => `'${each}=...'`).join(' ');
  const command = commandOnHost(
    host,
    `printf '%s\\n' ${lines} >>${base}/shared/.env`,
  );
  const declare = manifest.host_files.includes('.env')
    ? ''
    : ' with host_files: [.env] in module.yaml';
  const remedies = [
    known.length > 0 &&
      `Give a value on the host${declare}: ${command}; or write it with a default in the compose file, as in \${NAME:-default}. A plain dollar is written $$.`,
    reserved && RESERVED,
    told.includes(MASKED) && DOLLAR_ON_HOST,
  ];
  return finding(
    'plan/unset-variable',
    `${module} on ${name}: ${told.join(', ')} ${told.length === 1 ? 'has' : 'have'} no value${why}`,
    { module, remedy: remedies.filter(Boolean).join(' ') },
  );
}

/** The last of what compose said, with the place of the stage taken out. */
function tell(text: string, { redact }: ComposeSubject): string {
  const lines = redact(text)
    .split('\n')
    .filter((line) => line !== '' && !line.includes('level=warning'))
    .slice(-3);
  return printable(
    lines.join(' | ').replace(/[^\s"']*\/content\/release\//g, ''),
  ).slice(-MAX_TOLD);
}
