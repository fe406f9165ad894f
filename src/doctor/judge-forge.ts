import {
  type DoctorFinding,
  fault,
  fine,
  unknown,
  type Values,
} from './finding.ts';

/** Something that the forge says, or why it cannot be known. */
export type Told<Value> =
  | { readonly kind: 'told'; readonly value: Value }
  | { readonly kind: 'untold'; readonly why: string };

/** What a forge says of one repository to one token. */
export interface ForgeFacts {
  readonly flavour: 'forgejo' | 'github';
  readonly api: string;
  /** As it says it; undefined at github.com, which has none. */
  readonly version: Told<string | undefined>;
  readonly rights: Told<{ readonly push: boolean; readonly admin: boolean }>;
  readonly defaultProtected: Told<boolean>;
  /** Undefined where there is no such branch yet. */
  readonly stateProtected: Told<boolean | undefined>;
}

const FORGE = 'forge';

export function judgeForge(
  facts: ForgeFacts,
  branches: { readonly defaultBranch: string; readonly stateBranch: string },
): DoctorFinding[] {
  const { rights, defaultProtected, stateProtected } = facts;
  const answers = fine('forge', FORGE, facts.api);
  if (rights.kind === 'untold') {
    return [unknown('forge', FORGE, rights.why), ...judgeVersion(facts)];
  }
  return [
    answers,
    ...judgeVersion(facts),
    rights.value.push
      ? fine(
          'token',
          FORGE,
          rights.value.admin ? 'may do everything' : 'may write',
        )
      : fault('token/read-only', FORGE, 'may read, and not write'),
    judgeProtection(
      'default-protection',
      defaultProtected,
      branches.defaultBranch,
    ),
    judgeProtection('state-protection', stateProtected, branches.stateBranch),
  ];
}

function judgeProtection(
  check: 'default-protection' | 'state-protection',
  told: Told<boolean | undefined>,
  branch: string,
): DoctorFinding {
  const values: Values = { branch };
  if (told.kind === 'untold') {
    return unknown(check, FORGE, `${branch}: ${told.why}`, values);
  }
  return told.value
    ? fine(check, FORGE, `${branch} is protected`)
    : fault(
        `${check}/none`,
        FORGE,
        told.value === undefined
          ? `there is no ${branch} yet, and nothing protects it`
          : `${branch} is not protected`,
        values,
      );
}

/** What a Forgejo before some version does otherwise than lanes expect. */
const WRONG_BEFORE = [
  [14, 'forge-version/drops-runs'],
  [14, 'forge-version/garbles-booleans'],
  [12, 'forge-version/hides-runs'],
] as const;

function judgeVersion({ flavour, version }: ForgeFacts): DoctorFinding[] {
  const check = 'forge-version';
  if (version.kind === 'untold') return [unknown(check, FORGE, version.why)];
  const { value } = version;
  if (flavour === 'github') return [fine(check, FORGE, value ?? 'github.com')];
  // Gitea has no such suffix, and other faults than these.
  const major = /^(\d+)\.\d+\.\d+\S*\+gitea-/.exec(value ?? '')?.[1];
  if (major === undefined) {
    return [unknown(check, FORGE, `${value} is no version of Forgejo`)];
  }
  const wrong = WRONG_BEFORE.filter(([fixed]) => Number(major) < fixed);
  return wrong.length === 0
    ? [fine(check, FORGE, value ?? '')]
    : wrong.map(([, code]) => fault(code, FORGE, value ?? ''));
}
