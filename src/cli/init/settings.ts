import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionsSource } from '../../init/actions-source.ts';
import {
  FORGES,
  type ForgeKind,
  guessForge,
  WORKFLOW_FOLDER,
} from '../../init/forge-kind.ts';
import {
  type DraftHost,
  parseHosts,
  parsePlaces,
} from '../../init/host-option.ts';
import { DEFAULT_MODULES_DIR } from '../../init/render-documents.ts';
import { formatProblem } from '../../model/document-problem.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { containedPathSchema } from '../../model/identifiers.ts';
import { type Policy, parsePolicy } from '../../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { chooseActions } from './actions-choice.ts';
import type { InitOptions } from './options.ts';
import { readPlainFile } from './plain-file.ts';
import type { Questions } from './questions.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** What was decided before anything is drafted. */
export interface InitSettings {
  readonly forge: ForgeKind;
  readonly source: ActionsSource;
  /** The policy that is there; init never changes one. */
  readonly policy: Policy | undefined;
  readonly hosts: Readonly<Record<string, DraftHost>>;
  readonly places: ReadonlyMap<string, string>;
  readonly modulesDir: string;
  readonly branch: string;
  readonly runsOn: string | undefined;
}

export async function decideSettings(
  facts: RepositoryFacts,
  options: InitOptions,
  given: {
    readonly version: string;
    readonly questions: Questions | undefined;
  },
): Promise<InitSettings> {
  const { questions } = given;
  const policy = readPolicyFile(facts.root);
  const modulesDir = chooseModulesDir(policy, options);
  const hosts = await chooseHosts(policy, options, questions);
  const forge = await chooseForge(facts, options, questions);
  const source = await chooseActions({
    ...{ options, forge, modulesDir, questions, version: given.version },
    present: readWorkflows(facts.root, WORKFLOW_FOLDER[forge]),
  });
  return {
    ...{ forge, source, policy, hosts, modulesDir },
    places: parsePlaces(options.place ?? [], hosts as Policy['hosts']),
    branch: plain('--branch', options.branch ?? facts.branch, 'a branch name'),
    runsOn:
      options.runsOn === undefined
        ? undefined
        : plain('--runs-on', options.runsOn, 'a label of a runner'),
  };
}

function plain(option: string, text: string, allowed: string): string {
  if (/^[A-Za-z0-9][\w./-]{0,99}$/.test(text)) return text;
  throw new InputError(option, text, `${allowed} of plain characters`);
}

function readPolicyFile(root: string): Policy | undefined {
  const content = readPlainFile(root, DEFAULT_POLICY_PATH);
  if (content === undefined) return undefined;
  const parsed = parsePolicy(DEFAULT_POLICY_PATH, content.toString('utf8'));
  if (parsed.ok) return parsed.value;
  throw new ActionError(
    'scope/invalid-policy',
    `The policy that is there is not valid: ${parsed.problems.map(formatProblem).join('; ')}`,
  );
}

function chooseModulesDir(
  policy: Policy | undefined,
  { modulesDir }: InitOptions,
): string {
  const said = policy?.modules_dir;
  if (modulesDir === undefined) return said ?? DEFAULT_MODULES_DIR;
  const isFree = !/^\.(?:git|platform|forgejo|github|gitea)(?:\/|$)/.test(
    modulesDir,
  );
  if (isFree && containedPathSchema.safeParse(modulesDir).success) {
    if (said === undefined || said === modulesDir) return modulesDir;
  }
  const allowed = said ?? 'a relative path outside of .platform and .git';
  throw new InputError('--modules-dir', modulesDir, allowed);
}

async function chooseHosts(
  policy: Policy | undefined,
  { host = [] }: InitOptions,
  questions: Questions | undefined,
): Promise<Readonly<Record<string, DraftHost>>> {
  if (policy) {
    const { hosts } = policy;
    const other = host.find(
      (each) => !Object.hasOwn(hosts, each.split('=')[0] ?? ''),
    );
    if (other === undefined) return hosts as Record<string, DraftHost>;
    throw new InputError(
      '--host',
      other,
      `a host of ${DEFAULT_POLICY_PATH}, which is there and stays as it is; add the host to it by hand`,
    );
  }
  const asked =
    host.length > 0
      ? host
      : [(await questions?.ask('Host (name=user@address[:port]): ')) ?? ''];
  if (asked[0]) return parseHosts(asked);
  throw new ActionError('init/undecided', 'no host is given', {
    remedy: 'Give each host: --host name=user@address[:port] (or name=local).',
  });
}

async function chooseForge(
  facts: RepositoryFacts,
  { forge }: InitOptions,
  questions: Questions | undefined,
): Promise<ForgeKind> {
  const paths = [...facts.committed, ...facts.others];
  const guess = guessForge(facts.remote, paths);
  const named =
    forge ??
    guess.kind ??
    (await questions?.ask(`Forge, since ${guess.why} (forgejo or github): `));
  const kind = FORGES.find((each) => each === named);
  if (kind) return kind;
  if (named) throw new InputError('--forge', named, 'forgejo or github');
  const why = guess.kind === undefined ? guess.why : '';
  throw new ActionError('init/undecided', why, {
    remedy: 'Give --forge forgejo or --forge github.',
  });
}

function readWorkflows(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder))
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .flatMap((name) => {
        const content = readPlainFile(root, `${folder}/${name}`);
        return content === undefined ? [] : [content.toString('utf8')];
      });
  } catch (error) {
    if (error instanceof ActionError) throw error;
    return [];
  }
}
