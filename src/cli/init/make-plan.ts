import { readFileSync } from 'node:fs';
import { systemExec } from '../../adapters/exec.ts';
import { parentOf } from '../../drivers/compose/source/release-paths.ts';
import { requireKnownHosts } from '../../init/known-hosts.ts';
import { quoteText } from '../../init/quote-text.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Terminal } from '../terminal.ts';
import { type DraftedModule, draftModules } from './draft-modules.ts';
import { scanHostKeys } from './host-keys.ts';
import type { InitOptions } from './options.ts';
import { readPlainFile } from './plain-file.ts';
import { type FilePlan, KNOWN_HOSTS_PATH, planFiles } from './plan-files.ts';
import { type PlannedPolicy, planPolicy } from './plan-policy.ts';
import { readPresentModules, requireModuleFolders } from './present-modules.ts';
import type { Questions } from './questions.ts';
import { type FoundApps, readApps } from './read-apps.ts';
import { findIgnored, type RepositoryFacts } from './repository-facts.ts';
import type { InitSettings } from './settings.ts';
import type { Toolkit } from './toolkit.ts';

/** All that init would do, and what a person should know of it. */
export interface InitPlan extends FilePlan {
  readonly modules: readonly DraftedModule[];
  readonly notes: readonly string[];
  readonly hasKnownHosts: boolean;
}

export interface PlanGiven {
  readonly facts: RepositoryFacts;
  readonly settings: InitSettings;
  readonly options: InitOptions;
  readonly toolkit: Toolkit;
  readonly questions: Questions | undefined;
  readonly terminal: Terminal;
}

/** Looks at everything and decides what would be written; writes nothing. */
export async function makePlan(given: PlanGiven): Promise<InitPlan> {
  const { facts, options, settings } = given;
  const { modulesDir, policy, source } = settings;
  const { root } = facts;
  const inCopy = (path: string) =>
    source.kind === 'vendored' && path.startsWith(`${source.path}/`);
  const paths = [...facts.committed, ...facts.others].filter(
    (path) => !inCopy(path),
  );
  const present = readPresentModules(root, modulesDir, paths);
  const found = readApps(root, paths, { options, taken: present.files });
  const secrets = new Set(findSecrets(facts.others, found.folders));
  const modules = draftModules(facts, settings, {
    ...{ apps: found.apps, folders: found.folders },
    ...{ present, secrets },
  });
  const manifests = new Map([
    ...present.manifests,
    ...modules.map(({ manifest }) => [manifest.id, manifest] as const),
  ]);
  requireModuleFolders(modulesDir, paths, new Set(manifests.keys()));
  const hidden = await findHidden(facts, modules, secrets);
  const planned = await planPolicy(settings, {
    manifests,
    paths: [
      ...paths.filter((path) => !hidden.all.some((each) => has(each, path))),
      ...(hidden.missing.length > 0 ? ['.gitignore'] : []),
    ],
  });
  const files = planFiles({
    ...{ root, settings, modules },
    toolkit: given.toolkit,
    knownHosts: await readKnownHosts(given),
    policy: policy ? undefined : planned.draft,
    ignored: hidden.missing,
    overwrite: options.overwrite ?? [],
  });
  await requireVisible(facts, files);
  const notes = tellNotes(given, found, planned);
  const hasKnownHosts = [...files.changes, ...files.kept].some(
    ({ path }) => path === KNOWN_HOSTS_PATH,
  );
  return {
    ...files,
    ...{ modules, notes },
    hasKnownHosts:
      hasKnownHosts || readPlainFile(root, KNOWN_HOSTS_PATH) !== undefined,
  };
}

const SECRET =
  /(?:^|\/)\.env(?:\.(?!(?:example|sample|template|dist|defaults)$)[^/]*)?$/;

/** What lies beside a compose file and nobody means to commit. */
function findSecrets(
  others: readonly string[],
  folders: readonly string[],
): string[] {
  const known = new Set(folders);
  return others.filter(
    (path) => SECRET.test(path) && known.has(parentOf(path)),
  );
}

function has(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** What must not get into git, and what of it git does not ignore yet. */
async function findHidden(
  facts: RepositoryFacts,
  modules: readonly DraftedModule[],
  secrets: ReadonlySet<string>,
) {
  const all = [
    ...new Set([
      ...secrets,
      ...modules.flatMap(({ draft }) => draft.hostPaths),
    ]),
  ].sort();
  const ignored = await findIgnored(facts, all);
  return { all, missing: all.filter((path) => !ignored.has(path)) };
}

/** Keys that somebody gave or compared; what is there stays. */
async function readKnownHosts(given: PlanGiven): Promise<string | undefined> {
  const { options, settings } = given;
  const { knownHostsFile, scanHostKeys: isScanning } = options;
  if (knownHostsFile !== undefined) {
    const text = readGiven('--known-hosts-file', knownHostsFile);
    return requireKnownHosts(knownHostsFile, text, settings.hosts);
  }
  if (isScanning !== true) return undefined;
  if (readPlainFile(given.facts.root, KNOWN_HOSTS_PATH)) return undefined;
  return await scanHostKeys(
    settings.hosts,
    {
      ...{ terminal: given.terminal, questions: given.questions },
      fingerprints: options.fingerprint ?? [],
    },
    systemExec,
  );
}

function readGiven(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InputError(option, file, 'a file that can be read');
  }
}

/** A gate that git ignores would never be committed, and nobody would see. */
async function requireVisible(
  facts: RepositoryFacts,
  { changes }: FilePlan,
): Promise<void> {
  const paths = changes.flatMap(({ after, path }) => (after ? [path] : []));
  const [first] = await findIgnored(facts, paths);
  if (first === undefined) return;
  throw new ActionError(
    'init/ignored-target',
    printable(`git ignores ${JSON.stringify(first)}`),
  );
}

function tellNotes(
  { facts, settings }: PlanGiven,
  { apps, others }: FoundApps,
  { missing }: PlannedPolicy,
): string[] {
  const shadowed = ['.gitea/workflows', '.github/workflows'].filter(
    (folder) =>
      settings.forge === 'forgejo' &&
      !facts.committed.some((path) => has('.forgejo/workflows', path)) &&
      facts.committed.some((path) => has(folder, path)),
  );
  return [
    ...(apps.length === 0 && settings.policy === undefined
      ? ['no compose file was found that is no module yet']
      : []),
    ...others.map(
      (path) =>
        `${quoteText(path)} is read by nobody: name it if it is an app (--app ${quoteText(path)}), or list it under compose.files`,
    ),
    ...shadowed.map(
      (folder) =>
        `once there is .forgejo/workflows, Forgejo runs nothing of ${folder} any more: move what it should run`,
    ),
    ...(missing.length === 0
      ? []
      : [
          `no module and no rule of the policy has these, so a push of them is refused; add to ignore: ${missing.map((glob) => JSON.stringify(glob)).join(', ')}`,
        ]),
    ...facts.leftOver.map(
      (folder) =>
        `${folder} is left of a run of init that was killed; it holds what was there before: remove it`,
    ),
  ];
}
