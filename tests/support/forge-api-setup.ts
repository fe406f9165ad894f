import { cutPage } from './forge-api.ts';
import type { RouteAnswer } from './git-http.ts';

/** How a repository is set up on its forge. */
export interface ForgeSetup {
  version: string;
  /** What the token may do; only an administrator sees who else may what. */
  rights: 'read' | 'write' | 'admin';
  readonly protected: Set<string>;
  readonly secrets: string[];
  /** Login -> what it may do there, in the words of Forgejo. */
  readonly collaborators: Map<string, 'read' | 'write' | 'admin'>;
  /** Name -> permission; undefined where no organization owns it. */
  teams: Map<string, string> | undefined;
  /** Environment -> branches that may deploy to it; null: all. */
  readonly environments: Map<string, readonly string[] | null>;
}

export function makeForgeSetup(): ForgeSetup {
  return {
    version: '11.0.3+gitea-1.22.0',
    rights: 'write',
    protected: new Set(),
    secrets: [],
    collaborators: new Map(),
    teams: undefined,
    environments: new Map(),
  };
}

export function permissionsOf({ rights }: ForgeSetup) {
  return { admin: rights === 'admin', push: rights !== 'read', pull: true };
}

const FORBIDDEN: RouteAnswer = {
  status: 403,
  body: { message: 'user should be an owner or a collaborator with admin' },
};

const branchOf = (setup: ForgeSetup, name: string): RouteAnswer => ({
  body: { name, protected: setup.protected.has(name) },
});

/** Answers of Forgejo below the path of the repository. */
export function forgejoSetupAnswers(
  setup: ForgeSetup,
  path: string,
): RouteAnswer | undefined {
  const [kind, name = '', what] = path.slice(1).split('/');
  const asAdmin = (answer: RouteAnswer) =>
    setup.rights === 'admin' ? answer : FORBIDDEN;
  const permission = setup.collaborators.get(name);
  switch (`${kind} ${what ?? ''}`) {
    case 'branches ':
      return branchOf(setup, name);
    case 'actions ':
      return name === 'secrets'
        ? asAdmin({ body: setup.secrets.map((each) => ({ name: each })) })
        : undefined;
    case 'collaborators ': {
      const logins = [...setup.collaborators.keys()];
      return {
        headers: { 'x-total-count': String(logins.length) },
        body: logins.map((login, index) => ({ id: index + 1, login })),
      };
    }
    case 'collaborators permission':
      return permission && asAdmin({ body: { permission } });
    case 'teams ':
      return setup.teams
        ? {
            body: [...setup.teams].map(([team, allowed], index) => ({
              ...{ id: index + 1, name: team, permission: allowed },
            })),
          }
        : {
            status: 405,
            body: { message: 'repo is not owned by an organization' },
          };
    default:
      return undefined;
  }
}

/** Answers of GitHub below the path of the repository. */
export function githubSetupAnswers(
  setup: ForgeSetup,
  path: string,
  url: URL,
): RouteAnswer | undefined {
  const [kind, name = '', what] = path.slice(1).split('/');
  const asAdmin = (answer: RouteAnswer) =>
    setup.rights === 'admin' ? answer : FORBIDDEN;
  const branches = setup.environments.get(name);
  switch (`${kind} ${what ?? ''}`) {
    case 'branches ':
      return branchOf(setup, name);
    case 'actions ':
      return name === 'secrets'
        ? asAdmin({
            body: {
              total_count: setup.secrets.length,
              secrets: setup.secrets.map((each) => ({ name: each })),
            },
          })
        : undefined;
    case 'collaborators ': {
      const all = [...setup.collaborators].map(([login, right], index) => ({
        ...{ id: index + 1, login },
        permissions: { push: right !== 'read' },
      }));
      const { page, link } = cutPage(all, url, { name: 'per_page', most: 100 });
      return asAdmin({ headers: link, body: page });
    }
    case 'environments ':
      return branches === undefined
        ? undefined
        : {
            body: {
              name,
              deployment_branch_policy: branches && {
                protected_branches: false,
                custom_branch_policies: true,
              },
            },
          };
    case 'environments deployment-branch-policies':
      return {
        body: {
          total_count: branches?.length ?? 0,
          branch_policies: (branches ?? []).map((each) => ({ name: each })),
        },
      };
    default:
      return undefined;
  }
}
