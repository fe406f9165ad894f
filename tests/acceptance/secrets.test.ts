import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';

/** A secret of the host, of a form that redaction knows. */
const HOST_SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const CANARY = 'canary-of-the-runner';

/** A program in front of the real one that writes down how it was called. */
function spyOn(folder: string, program: string, log: string): void {
  const script = `#!/bin/sh
{ printf '== %s\\n' "$0" "$@"; env; } >>'${log}'
exec /usr/bin/${program} "$@"
`;
  writeFileSync(join(folder, program), script, { mode: 0o755 });
}

describe.skipIf(!hasSshd).each(['forgejo', 'github'] as const)(
  'env-canary: on %s',
  (flavour) => {
    let sshd: TestSshd;
    let lane: Lane;
    let runs: JobRun[];
    let spied: string;

    beforeAll(async () => {
      sshd = await startSshd();
      lane = await openLane({ sshd, flavour, modules: { web: {} } });
      const { root, services } = lane.platform;
      const spies = join(root, 'spies');
      const log = join(root, 'spied');
      mkdirSync(spies);
      for (const program of ['git', 'ssh']) spyOn(spies, program, log);
      const machine = {
        PATH: `${spies}:${process.env['PATH']}`,
        SSH_AUTH_SOCK: `/tmp/${CANARY}`,
        LD_CANARY: CANARY,
        GIT_SSH_COMMAND: `echo ${CANARY}`,
        GIT_DIR: `/${CANARY}`,
        BASH_ENV: `/${CANARY}`,
      };
      const leak = [
        `env >>${services}/env`,
        `echo "password=${HOST_SECRET}"`,
        `echo "${HOST_SECRET}" >&2`,
        `echo "key: ${lane.token}"`,
      ].join('; ');
      const { module } = lane.platform;
      const web = (version: string) =>
        module('web', {
          version,
          scripts: { plan: leak, apply: leak, health: leak },
        });
      runs = [
        await lane.push(web('2'), { machine }),
        await lane.push(web('failing'), { machine }),
        await lane.dispatch({ module: 'web' }, { machine }),
      ];
      spied = readFileSync(log, 'utf8');
    });
    afterAll(async () => {
      await lane?.close();
      await sshd?.stop();
    });

    /** Lines of the key, without those that every key has. */
    const keyLines = () =>
      sshd.privateKey
        .split('\n')
        .slice(2, -2)
        .filter((line) => line !== '');
    const secrets = () => [
      lane.token,
      Buffer.from(`x-access-token:${lane.token}`).toString('base64'),
      ...keyLines(),
    ];

    it('the lane ran to its end, and failed where it should', () => {
      const codes = runs.map((run) => run.codes['apply']);
      expect(codes[0]).toBe('apply/applied');
      expect(codes[1]).toBe('apply/rolled-back');
    });

    it('no secret is printed, but to be masked', () => {
      for (const { log } of runs) {
        const shown = log.replaceAll(/^::add-mask::.*$/gm, '');
        for (const secret of [...secrets(), HOST_SECRET]) {
          expect(shown).not.toContain(secret);
        }
      }
    });

    it('no secret is in an output, a summary, a verdict or a plan', () => {
      for (const run of runs) {
        const files = run.steps.map((step) => step.run?.files);
        const kept = JSON.stringify([files, readAll(run.job.temporary)]);
        for (const secret of [...secrets(), HOST_SECRET]) {
          expect(kept).not.toContain(secret);
        }
      }
    });

    it('no secret is on the state branch', () => {
      const { git, remote } = lane.platform;
      const history = git('-C', remote, 'log', '-p', 'platform-state');
      expect(history).toContain('last_apply_sha');
      for (const secret of [...secrets(), HOST_SECRET]) {
        expect(history).not.toContain(secret);
      }
    });

    it('no child process gets a secret, an argument with one, or our environment', () => {
      expect(spied).toMatch(/^== .*\/git$/m);
      expect(spied, 'ssh is not looked for').not.toMatch(/^== .*\/ssh$/m);
      for (const secret of secrets()) expect(spied).not.toContain(secret);
      expect(spied.replaceAll(/^PATH=.*$/gm, '')).not.toContain(CANARY);
      expect(spied).not.toMatch(
        /^(?:GITHUB_|FORGEJO_|INPUT_|RUNNER_|ACTIONS_|SSH_AUTH_SOCK)/m,
      );
    });

    it('no command on the host gets anything of the runner', () => {
      const env = readFileSync(join(lane.platform.services, 'env'), 'utf8');
      const names = env.split('\n').flatMap((line) => line.split('=')[0] || []);
      expect(new Set(names)).toEqual(
        new Set([
          'APPLY_GATES_MODULE',
          'APPLY_GATES_SHA',
          'APPLY_GATES_SHARED',
          'APPLY_GATES_TREE',
          'HOME',
          'LANG',
          'PATH',
          'PWD',
        ]),
      );
    });

    it('nothing is written to the environment of later steps', () => {
      const written = runs.flatMap((run) =>
        run.steps.flatMap(({ run: step }) => [
          step?.files['ENV'] ?? '',
          step?.files['PATH'] ?? '',
          step?.files['STATE'] ?? '',
        ]),
      );
      expect(written.join('')).toBe('');
    });
  },
);

/** Everything a job left behind in a folder, as text. */
function readAll(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
