import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  pushOf,
  recordApplied,
  runScope,
} from '../../../tests/support/scope-run.ts';

const HOOKS = [
  'fsmonitor-watchman',
  'post-checkout',
  'post-index-change',
  'pre-auto-gc',
  'pre-push',
  'reference-transaction',
];

let platform: Platform;
let canaries: string;
let before: string;
let after: string;

/** A program that leaves a file where nothing may leave one. */
function canary(name: string): string {
  return `touch ${canaries}/${name}; cat`;
}

beforeEach(async () => {
  platform = makeScopePlatform({
    ...moduleFiles('site'),
    ...moduleFiles('book', 'stateful: true'),
    '.gitattributes': '* filter=evil diff=evil merge=evil text eol=crlf\n',
  });
  canaries = join(platform.root, 'canaries');
  mkdirSync(canaries);
  await recordApplied(platform, ['site', 'book']);
  before = platform.git('rev-parse', 'HEAD');
  after = platform.commit({
    'modules/site/content': 'a\nb\n',
    'modules/site/deep/HEAD': 'ref: refs/heads/main\n',
    'modules/site/deep/config': `[core]\n\tfsmonitor = "${canary('embedded')}"\n`,
    'modules/site/deep/objects/x': '',
    'modules/site/deep/refs/x': '',
  });
  appendFileSync(join(platform.checkout, '.git', 'config'), hostileConfig());
  for (const hook of HOOKS) {
    const path = join(platform.checkout, '.git', 'hooks', hook);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${canary(`hook-${hook}`)}\n`);
    chmodSync(path, 0o755);
  }
});
afterEach(() => platform.close());

function hostileConfig(): string {
  const settings: Readonly<Record<string, string>> = {
    'alias.ls-tree': `!${canary('alias')}`,
    'core.alternateRefsCommand': canary('alternate-refs'),
    'core.askPass': canary('ask-pass'),
    'core.editor': canary('editor'),
    'core.fsmonitor': canary('fsmonitor'),
    'core.gitProxy': canary('git-proxy'),
    'core.hooksPath': join(platform.checkout, '.git', 'hooks'),
    'core.pager': canary('pager'),
    'core.sshCommand': canary('ssh-command'),
    'credential.helper': `!${canary('credential-helper')}`,
    'diff.external': canary('diff-external'),
    'diff.evil.textconv': canary('textconv'),
    'diff.evil.command': canary('diff-command'),
    'filter.evil.clean': canary('filter-clean'),
    'filter.evil.process': canary('filter-process'),
    'filter.evil.required': 'true',
    'filter.evil.smudge': canary('filter-smudge'),
    'gpg.program': canary('gpg'),
    'log.showSignature': 'true',
    'merge.evil.driver': canary('merge-driver'),
    'pager.diff-tree': canary('pager-diff-tree'),
    'uploadpack.packObjectsHook': canary('pack-objects'),
  };
  return Object.entries(settings)
    .map(([key, value]) => {
      const [section, ...rest] = key.split('.');
      const name = rest.pop() ?? '';
      const sub = rest.length === 0 ? '' : ` "${rest.join('.')}"`;
      return `[${section}${sub}]\n\t${name} = "${value.replaceAll('"', '\\"')}"\n`;
    })
    .join('');
}

describe('git-hostile-repo', () => {
  it('git-hostile-repo: nothing that the checkout configures runs', async () => {
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      code: 'scope/eligible',
      eligible: ['site'],
    });
    expect(readdirSync(canaries)).toEqual([]);
  });

  it('git-hostile-repo: the canary would be seen', () => {
    // A plain git in the same checkout does run what is configured there.
    try {
      platform.git('status');
    } catch {
      // It may fail; it must only have been led astray.
    }
    expect(readdirSync(canaries)).not.toEqual([]);
  });

  it('git-hostile-repo: replace refs and grafts do not rewrite what is read', async () => {
    // A plain git would now read the stateful module as a stateless one.
    const stateful = platform.git(
      '-c',
      'core.fsmonitor=false',
      'rev-parse',
      `${after}:modules/book/module.yaml`,
    );
    const plain = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/x'];
    const change = join(platform.root, 'stateless.yaml');
    writeFileSync(change, manifestText('book'));
    const stateless = platform.git(
      ...[...plain, 'hash-object', '--no-filters', '-w', change],
    );
    platform.git(...plain, 'update-ref', `refs/replace/${stateful}`, stateless);
    expect(platform.git(...plain, 'cat-file', 'blob', stateful)).not.toContain(
      'stateful: true',
    );
    writeFileSync(
      join(platform.checkout, '.git', 'info', 'grafts'),
      `${after}\n`,
    );
    expect(
      await runScope(platform, {
        ...{ name: 'workflow_dispatch', sha: after, inputs: {} },
        ...{ ref: 'refs/heads/main', defaultBranch: 'main' },
      } as const),
    ).toMatchObject({ eligible: ['site'] });
    expect(
      await runScope(
        platform,
        {
          ...{ name: 'workflow_dispatch', sha: after, inputs: {} },
          ...{ ref: 'refs/heads/main', defaultBranch: 'main' },
        } as const,
        { module: 'book' },
      ),
    ).toMatchObject({ code: 'scope/stateful', stateful: ['book'] });
  });

  it('git-hostile-repo: an embedded bare repository is a folder with files', async () => {
    expect(
      await runScope(platform, pushOf(before, after), {
        'working-directory': 'modules/site/deep',
      }),
    ).toMatchObject({ code: 'git/unavailable', exit: 3 });
    expect(readdirSync(canaries)).toEqual([]);
  });

  it('env-canary: GIT_ variables of the runner change nothing', async () => {
    const planted = {
      GIT_DIR: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: canary('environment'),
      GIT_EXTERNAL_DIFF: canary('external-diff'),
      GIT_SSH_COMMAND: canary('ssh'),
    };
    Object.assign(process.env, planted);
    try {
      expect(await runScope(platform, pushOf(before, after))).toMatchObject({
        eligible: ['site'],
      });
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name];
    }
    expect(existsSync(join(canaries, 'environment'))).toBe(false);
    expect(readdirSync(canaries)).toEqual([]);
  });
});
