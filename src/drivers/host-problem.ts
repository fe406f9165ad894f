import { commandOnHost, shellWord } from '../host/command-on-host.ts';
import type { HostSession } from '../host/host-session.ts';
import { POLICY_PROBLEMS } from '../host/policy-problems.ts';
import { rootRemedy } from '../host/root-remedy.ts';
import { printable } from '../model/printable.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { ReleaseName } from './driver.ts';
import { runtimeName } from './release-fields.ts';

type Fields = ReadonlyMap<string, Buffer>;

const CODES: Readonly<Record<string, ReasonCode>> = {
  ...POLICY_PROBLEMS,
  locked: 'host/locked',
  truncated: 'plan/host-unreachable',
  unsupported: 'host/unsupported',
  unwritable: 'host/unwritable',
  engine: 'host/engine-unavailable',
  compose_output: 'host/unsupported',
  rolled_back: 'audit/rolled-back',
  image_gone: 'rollback/image-gone',
  fenced: 'host/fenced',
  claimed: 'retire/claimed',
  protected: 'retire/stateful',
  no_stop: 'retire/no-stop',
  stop_failed: 'retire/failed',
};

/** One value of an answer as text, empty where it is missing. */
export function textOf(fields: Fields, key: string): string {
  return fields.get(key)?.toString('utf8') ?? '';
}

/** The finding of an answer that names a problem; nothing was changed then. */
export function problemOf(
  fields: Fields,
  host: HostSession,
  release: ReleaseName,
): Finding | undefined {
  const problem = textOf(fields, 'problem');
  if (problem === '') return undefined;
  if (problem === 'host_file_missing') {
    return missingHostFiles(textOf(fields, 'detail'), host, release);
  }
  const said = textOf(fields, 'missing') || textOf(fields, 'detail');
  const lines = host.redact(said.trim()).split('\n');
  const detail = printable(lines.join(' | '));
  if (problem === 'occupied') return occupied(detail, host, release);
  if (problem === 'rolled_back') return rolledBack(detail, host, release);
  return finding(
    CODES[problem] ?? 'internal/bug',
    `${host.name}: ${printable(problem)}${detail === '' ? '' : ` (${detail})`}`,
    { module: release.module, ...rootRemedy(said, host) },
  );
}

/** The witness on the host is ahead of the log that we see. */
function rolledBack(
  detail: string,
  host: HostSession,
  release: ReleaseName,
): Finding {
  const witness = `${host.policy.runtime_root}/.checkpoint`;
  const forget = commandOnHost(host, `rm ${witness}`);
  return finding('audit/rolled-back', `${host.name}: ${detail}`, {
    module: release.module,
    remedy: `See what is missing: apply-gates audit verify --host ${host.name}. Find out who rewrote the state branch, and push the entries again from a clone that has them. Only where a person began the log anew on purpose: ${forget}`,
  });
}

/** Something that is not ours stands where the link to a release belongs. */
function occupied(
  place: string,
  host: HostSession,
  release: ReleaseName,
): Finding {
  const move = commandOnHost(host, `mv -T ${place} ${place}.before`);
  return finding(
    'host/unwritable',
    `${host.name}: ${place} is not a link to a release of ours`,
    {
      module: release.module,
      remedy: `Look at what it is, then move it away and run the job again: ${move}`,
    },
  );
}

/** `file .env` and `folder data` lines, with the commands that put them there. */
function missingHostFiles(
  detail: string,
  host: HostSession,
  release: ReleaseName,
): Finding {
  const shared = `${host.policy.runtime_root}/${runtimeName(release)}/shared`;
  const missing = detail
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind = '', ...name] = line.split(' ');
      return { isFolder: kind === 'folder', name: name.join(' ') };
    });
  const commands = missing.flatMap(({ isFolder, name }) => {
    const place = `${shared}/${name}`;
    const folder = isFolder ? place : place.replace(/\/[^/]*$/, '');
    const folders = [...new Set([shared, folder])].map(shellWord).join(' ');
    const make = `install -d -m 700 ${folders}`;
    return isFolder ? [make] : [make, `touch ${shellWord(place)}`];
  });
  const script = [...new Set(commands)].join(' && ');
  const names = missing.map(({ name }) => printable(JSON.stringify(name)));
  return finding(
    'plan/host-file-missing',
    `${release.module} needs ${names.join(', ')} under ${shared} on ${host.name}`,
    {
      module: release.module,
      remedy: `Put the real content there (this makes the place, empty): ${printable(commandOnHost(host, script))}`,
    },
  );
}
