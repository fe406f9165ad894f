import {
  parseHostConf,
  planHostConf,
  renderHostConf,
} from '../../host/host-conf.ts';
import {
  INSTALLED_PROGRAM,
  installedVersion,
} from '../../host/installed-program.ts';
import { InputError } from '../../model/errors.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import {
  exitStatusOfVerdict,
  finding,
  passVerdict,
  refuseVerdict,
} from '../../model/verdict.ts';
import {
  type HostOptions,
  type HostPlace,
  readText,
  withHostPlace,
} from '../host-place.ts';
import type { Terminal } from '../terminal.ts';

export interface InstallOptions extends HostOptions {
  readonly driver?: readonly string[];
  readonly project?: readonly string[];
  readonly projectDirectory?: readonly string[];
  readonly repository?: string;
  readonly defaultBranch?: string;
  readonly deployKeyFile?: string;
  readonly repositoryKnownHosts?: string;
  readonly unmergedPlans?: boolean;
}

const SUBJECT = { gate: 'host', sha: '' };

/** Puts the program, its policy and the pinned key on a host. */
export function hostInstall(name: string, options: InstallOptions) {
  return (terminal: Terminal) =>
    withHostPlace(name, options, terminal, async (place) => {
      const wanted = await planInstall(place, options);
      if (wanted.pinned === '' && place.key === '') {
        throw new InputError(
          '--public-key-file',
          '',
          'the public key of the runner; none is pinned on this host yet',
        );
      }
      const dryRun = options.dryRun === true;
      const answer = await place.perform({
        ...wanted.fields,
        op: 'install',
        dry_run: String(dryRun),
      });
      const changes = linesOf(answer.get('changes'));
      const done = changes.length === 0 ? 'host/installed' : 'host/changed';
      return tell(dryRun ? 'host/dry-run' : done, terminal, {
        place,
        changes,
        answer,
        conf: wanted.conf,
      });
    });
}

/** What install would change, and whether the key opens anything else. */
export function hostCheck(name: string, options: HostOptions) {
  return (terminal: Terminal) =>
    withHostPlace(name, options, terminal, async (place) => {
      const { fields, conf } = await planInstall(place, options);
      const request = { ...fields, op: 'install', dry_run: 'true' };
      const answer = await place.perform(request);
      const changes = linesOf(answer.get('changes'));
      if (linesOf(answer.get('pinned')).length === 0) {
        changes.push('pin a key in authorized_keys');
      }
      const isSame = changes.length === 0;
      return tell(isSame ? 'host/installed' : 'host/differs', terminal, {
        place,
        changes,
        answer,
        conf,
      });
    });
}

async function planInstall(place: HostPlace, options: InstallOptions) {
  const present = await place.perform({ op: 'look', key: place.key });
  const { deploy_key_path, known_hosts_path } = place.paths;
  const { repository } = options;
  if (repository !== undefined) requireRepository(repository);
  const conf = renderHostConf(
    planHostConf(place, parseHostConf(present.get('conf') ?? ''), {
      driver: options.driver,
      project: options.project,
      project_directory: options.projectDirectory,
      repository: listOf(repository),
      default_branch:
        listOf(options.defaultBranch) ?? (repository ? ['main'] : undefined),
      deploy_key: options.deployKeyFile ? listOf(deploy_key_path) : undefined,
      known_hosts: options.repositoryKnownHosts
        ? listOf(known_hosts_path)
        : undefined,
      unmerged_plans: options.unmergedPlans ? ['yes'] : undefined,
    }),
  );
  return {
    conf,
    pinned: present.get('pinned') ?? '',
    fields: {
      conf,
      key: place.key,
      program: INSTALLED_PROGRAM,
      deploy_key: contentOf('--deploy-key-file', options.deployKeyFile),
      known_hosts: contentOf(
        '--repository-known-hosts',
        options.repositoryKnownHosts,
      ),
    },
  };
}

function requireRepository(url: string): void {
  if (/^(?:https|ssh):\/\/[A-Za-z0-9._@:/~-]+$/.test(url)) return;
  throw new InputError('--repository', url, 'an https:// or ssh:// address');
}

function contentOf(option: string, file: string | undefined): string {
  if (file === undefined) return '';
  return `${readText(option, file).replaceAll('\r', '').trimEnd()}\n`;
}

function listOf(value: string | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value];
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}

interface Told {
  readonly place: HostPlace;
  readonly changes: readonly string[];
  readonly answer: ReadonlyMap<string, string>;
  readonly conf: string;
}

function tell(code: ReasonCode, terminal: Terminal, told: Told): number {
  const { place, changes, answer, conf } = told;
  const pinned = linesOf(answer.get('pinned'));
  const installed = answer.get('version') || 'none';
  const reason =
    changes.length === 0
      ? `${place.name} has version ${installed}, as this is`
      : `${place.name} has version ${installed}, this is ${installedVersion()}: ${changes.join(', ')}`;
  const verdict =
    code === 'host/differs'
      ? refuseVerdict(SUBJECT, [finding(code, reason)])
      : passVerdict(SUBJECT, code, reason);
  terminal.verdict(verdict);
  if (changes.length > 0) {
    terminal.line(`${place.paths['conf_path']}:`);
    for (const line of linesOf(conf)) terminal.line(`  ${line}`);
    if (place.key !== '') terminal.line(`authorized_keys: ${pinOf(place)}`);
  }
  const warnings = findWeaknesses(conf, answer);
  for (const warning of warnings) terminal.line(`warning: ${warning}`);
  terminal.document({ verdict, changes, pinned, conf, warnings });
  return exitStatusOfVerdict(verdict);
}

function pinOf({ paths, key }: HostPlace): string {
  return `restrict,command="${paths['program_path']} ${paths['conf_path']}" ${key} apply-gates`;
}

/** What a holder of the key can still do. */
function findWeaknesses(
  conf: string,
  answer: ReadonlyMap<string, string>,
): string[] {
  const keys = parseHostConf(conf);
  const warnings: string[] = [];
  if ((answer.get('loose') ?? '0') !== '0') {
    warnings.push('the key of the runner stands in authorized_keys without it');
  }
  if (!keys.has('repository')) {
    warnings.push(
      'without --repository the host takes any release: who holds the key can run any container, or any command of driver: command',
    );
  }
  return warnings;
}
