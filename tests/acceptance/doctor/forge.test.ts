import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import { readDoctor } from '../../support/doctor-rows.ts';
import { type Lane, openLane } from '../../support/lane.ts';

const WORKFLOW = '.github/workflows/auto-apply.yml';
const DEPLOYED = `on: push
jobs:
  apply:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: apply-gates apply
        env:
          KEY: \${{ secrets.APPLY_GATES_SSH_KEY }}
`;

let lane: Lane;
beforeEach(async () => {
  lane = await openLane();
});
afterEach(() => lane.close());

async function doctor(api = 'v1', token = lane.token) {
  const env = {
    APPLY_GATES_TOKEN: token,
    APPLY_GATES_API_URL: `${lane.forge.url}/api/${api}`,
    APPLY_GATES_REPOSITORY: 'acme/platform',
  };
  const run = await runCommand(
    { ...lane.platform, env },
    ...['doctor', '--no-hosts', '--json'],
  );
  return readDoctor(run);
}

/** Without any workflow, as where the lanes are operators'. */
function takeLanesOut() {
  const paths = lane.platform
    .git('ls-files', '.forgejo', '.github')
    .split('\n');
  lane.platform.commit(Object.fromEntries(paths.map((path) => [path, null])));
}

describe('on Forgejo', () => {
  it('an old one, a token that sees little, nothing protected', async () => {
    const found = await doctor();
    expect(found.faults('forge')).toEqual([
      'forge-version/drops-runs',
      'forge-version/garbles-booleans',
      'forge-version/hides-runs',
      'default-protection/none',
      'state-protection/none',
    ]);
    expect(found.fine('forge')).toContain('boundary/fine');
    expect(found).toMatchObject({ code: 'doctor/dangerous', exitCode: 4 });
    const methods = lane.api.requests.map((line) => line.split(' ')[0]);
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  it('who may push is not known to a token without rights: never fine', async () => {
    const { setup } = lane.api.state;
    setup.collaborators.set('agent', 'write');
    setup.rights = 'read';
    setup.version = '14.0.1+gitea-1.22.0';
    setup.protected.add('main').add('platform-state');
    const found = await doctor();
    expect(found.faults('forge')).toEqual([
      'token/read-only',
      'boundary/unknown',
    ]);
    expect(found).toMatchObject({ code: 'doctor/missing', exitCode: 3 });
  });

  it('a lane with secrets where others can push is dangerous', async () => {
    const { setup } = lane.api.state;
    setup.rights = 'admin';
    setup.version = '14.0.1+gitea-1.22.0';
    setup.protected.add('main').add('platform-state');
    setup.collaborators.set('agent', 'write');
    const found = await doctor();
    expect(found.faults('forge')).toEqual(['boundary/open']);
    expect(found.findings.at(-1)?.reason).toContain('agent');
    setup.collaborators.set('agent', 'read');
    expect((await doctor()).faults('forge')).toEqual([]);
    setup.teams = new Map([['agents', 'write']]);
    expect((await doctor()).faults('forge')).toEqual(['boundary/open']);
  });

  it('without lanes and secrets it holds, whoever can push', async () => {
    const { setup } = lane.api.state;
    setup.collaborators.set('agent', 'write');
    setup.rights = 'admin';
    takeLanesOut();
    expect((await doctor()).faults('forge')).not.toContain('boundary/open');
    expect((await doctor()).fine('forge')).toContain('boundary/fine');
    setup.secrets.push('APPLY_GATES_SSH_KEY');
    expect((await doctor()).faults('forge')).toContain('boundary/open');
    // A secret that cannot be seen may be there.
    setup.rights = 'write';
    expect((await doctor()).faults('forge')).toContain('boundary/unknown');
  });

  it('a token that the forge does not know, and none, are unknown', async () => {
    expect((await doctor('v1', 'wrong')).faults('forge')).toContain(
      'forge/unknown',
    );
    expect((await doctor('v1', '')).faults('forge')).toEqual([
      'forge/unknown',
      'boundary/unknown',
    ]);
  });

  it('an answer that is none of a forge is unknown', async () => {
    lane.api.setFault(({ url }, answer) =>
      url.pathname.endsWith('/version') ? { body: {} } : answer(),
    );
    expect((await doctor()).faults('forge')).toContain('forge-version/unknown');
    lane.api.setFault(({ url }, answer) =>
      url.pathname.endsWith('/version')
        ? { body: { version: '1.24.0' } }
        : answer(),
    );
    expect((await doctor()).faults('forge')).toContain('forge-version/unknown');
  });
});

describe('on GitHub', () => {
  const sealed = () => {
    takeLanesOut();
    lane.platform.commit({ [WORKFLOW]: DEPLOYED });
    const { setup } = lane.api.state;
    setup.rights = 'admin';
    setup.protected.add('main').add('platform-state');
    setup.collaborators.set('agent', 'write');
    setup.environments.set('production', ['main']);
    return setup;
  };

  it('an environment of the default branch alone keeps the key', async () => {
    sealed();
    const found = await doctor('v3');
    expect(found.faults('forge')).toEqual([]);
    expect(found.fine('forge')).toContain('boundary/fine');
  });

  it.each([
    ['which any branch may deploy to', null],
    ['which a side branch may deploy to', ['main', 'dev/*']],
  ])('an environment %s does not', async (_, branches) => {
    sealed().environments.set('production', branches);
    expect((await doctor('v3')).faults('forge')).toEqual(['boundary/open']);
  });

  it('nor does one whose secret the repository has as well', async () => {
    sealed().secrets.push('APPLY_GATES_SSH_KEY');
    expect((await doctor('v3')).faults('forge')).toEqual(['boundary/open']);
  });

  it('what a writer cannot see is unknown', async () => {
    sealed().rights = 'write';
    expect((await doctor('v3')).faults('forge')).toEqual(['boundary/unknown']);
  });
});
