import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BACKUP_PROGRAM } from './backup-program.ts';
import { HOST_PROGRAM } from './program.ts';
import { remoteCommand } from './protocol.ts';

/** The parts of each program, in the order in which they are joined. */
const PROGRAMS = {
  program: [
    'base',
    'release',
    'values',
    'command',
    'compose-model',
    'compose-engine',
    'compose-contents',
    'compose-look',
    'compose-join',
    'compose-own',
    'compose-edited',
    'compose-adopt',
    'compose-health',
    'witness',
    'apply',
    'compose-up',
    'compose-undo',
    'compose-apply',
    'main',
  ],
  'backup-program': [
    'base',
    'values',
    'compose-engine',
    'backup',
    'backup-look',
    'backup-database',
    'backup-take',
    'backup-check',
    'backup-main',
  ],
};
const NAMES = {
  program: ['HOST_PROGRAM', HOST_PROGRAM],
  'backup-program': ['BACKUP_PROGRAM', BACKUP_PROGRAM],
} as const;

const sourceOf = (file: keyof typeof PROGRAMS) =>
  PROGRAMS[file]
    .map((part) =>
      readFileSync(join(import.meta.dirname, 'program', `${part}.sh`), 'utf8'),
    )
    .join('');

const has = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const SHELLS = ['dash', 'bash', 'busybox sh'].filter((shell) => has(shell));

/** What travels to the host: without comments and indentation. */
function renderModule(file: keyof typeof PROGRAMS): string {
  const lines = sourceOf(file)
    .split('\n')
    .filter((line) => !/^\s*#/.test(line) && line.trim() !== '')
    .map((line) => `  ${JSON.stringify(line.trimStart())},`);
  return [
    '// Generated from src/host/program/*.sh by `npx vitest run src/host/program.test.ts --update`.',
    '// biome-ignore-all format: generated, one line for each line of the program',
    '',
    '/** The program that runs on the host, in POSIX sh. */',
    `export const ${NAMES[file][0]} = [`,
    ...lines,
    "].join('\\n');",
    '',
  ].join('\n');
}

describe.each(['program', 'backup-program'] as const)('%s', (file) => {
  const [, program] = NAMES[file];

  it('is generated from the shell sources as they are now', async () => {
    await expect(renderModule(file)).toMatchFileSnapshot(`./${file}.ts`);
  });

  it.each(SHELLS)('is valid for %s', (shell) => {
    const [name = 'sh', ...args] = shell.split(' ');
    execFileSync(name, [...args, '-n'], { input: program });
  });

  it.skipIf(!has('shellcheck'))('passes shellcheck', () => {
    // Of the parts that both programs have, one uses less than they set.
    const shares = file === 'backup-program';
    const rules = shares ? ['--exclude=SC2034,SC2154'] : [];
    const found = spawnSync(
      'shellcheck',
      [...rules, '--shell=sh', '--severity=warning', '--format=gcc', '-'],
      { input: sourceOf(file), encoding: 'utf8' },
    );
    expect(found.stdout).toBe('');
  });

  it('fits into one argument of a command', () => {
    // Linux takes 128 KiB; sshd hands the whole line to the login shell as one.
    const line = Buffer.byteLength(remoteCommand(program));
    expect(line).toBeLessThan(120 * 1024);
  });

  it('calls no function of awk by a word that gawk keeps for itself', () => {
    const names = [...program.matchAll(/\bfunction ([a-z_]+)/g)].map(
      ([, name]) => name,
    );
    const kept = 'case default switch func and or xor compl typeof strtonum';
    expect(
      names.filter((name) => kept.split(' ').includes(name ?? '')),
    ).toEqual([]);
  });
});
