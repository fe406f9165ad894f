import { WORKFLOW_FOLDER } from '../../init/forge-kind.ts';
import { makeIgnoreList } from '../../init/ignore-list.ts';
import { type DraftPolicy, policyValue } from '../../init/render-documents.ts';
import { InputError } from '../../model/errors.ts';
import type { Manifest } from '../../model/manifest.ts';
import { type Policy, policySchema } from '../../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../../model/policy-defaults.ts';
import { openClassifier } from '../../repository/classify-paths.ts';
import { openOwnership } from '../../repository/ownership.ts';
import type { InitSettings } from './settings.ts';

export interface PlannedPolicy {
  /** Undefined where a policy is there, which stays as it is. */
  readonly draft: DraftPolicy | undefined;
  /** Globs that the policy that is there lacks. */
  readonly missing: readonly string[];
}

/**
 * What the policy has to ignore, by the very classifier of the scope gate, so
 * that the first push brings no path that nobody knows.
 */
export async function planPolicy(
  settings: InitSettings,
  given: {
    readonly paths: readonly string[];
    readonly manifests: ReadonlyMap<string, Manifest>;
  },
): Promise<PlannedPolicy> {
  const { hosts, modulesDir, policy } = settings;
  const bare = { hosts, modulesDir, control: undefined, ignore: [] };
  const draft = {
    ...bare,
    control: planControl(
      policySchema.parse(policyValue(bare)).control,
      settings,
      given.paths,
    ),
  };
  const assumed = policy ?? policySchema.parse(policyValue(draft));
  const classifier = await openClassifier({
    policy: assumed,
    policyPath: DEFAULT_POLICY_PATH,
    ownership: await openOwnership(assumed, given.manifests),
    isModule: (id) => given.manifests.has(id),
  });
  if (policy) requireControl(settings, classifier.isControl);
  const ignore = makeIgnoreList(
    given.paths,
    (path) => classifier.classify(path).kind === 'unclassified',
  );
  return policy
    ? { draft: undefined, missing: ignore }
    : { draft: { ...draft, ignore }, missing: [] };
}

/** What the default leaves out: a copy of the actions, a third kind of forge. */
function planControl(
  defaults: Policy['control'],
  { source }: InitSettings,
  paths: readonly string[],
): readonly string[] | undefined {
  const more = [
    ...(source.kind === 'vendored' && !source.path.startsWith('.platform/')
      ? [`${source.path}/**`]
      : []),
    ...(paths.some((path) => path.startsWith('.gitea/')) ? ['.gitea/**'] : []),
  ];
  return more.length === 0 ? undefined : [...defaults, ...more];
}

/** A push could otherwise change the gates and apply by them at once. */
function requireControl(
  { forge, source }: InitSettings,
  isControl: (path: string) => boolean,
): void {
  const folders = [
    WORKFLOW_FOLDER[forge],
    ...(source.kind === 'vendored' ? [source.path] : []),
  ];
  const open = folders.find((folder) => !isControl(`${folder}/a/b`));
  if (open === undefined) return;
  throw new InputError(
    DEFAULT_POLICY_PATH,
    'control',
    `a list that has ${JSON.stringify(`${open}/**`)} too`,
  );
}
