import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HOST_PROGRAM } from './program.ts';
import { remoteCommand } from './protocol.ts';

const PARTS = [
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
  'apply',
  'compose-up',
  'compose-undo',
  'compose-apply',
  'main',
];
const source = PARTS.map((part) =>
  readFileSync(join(import.meta.dirname, 'program', `${part}.sh`), 'utf8'),
).join('');

const has = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** What travels to the host: without comments and indentation. */
function renderModule(): string {
  const lines = source
    .split('\n')
    .filter((line) => !/^\s*#/.test(line) && line.trim() !== '')
    .map((line) => `  ${JSON.stringify(line.trimStart())},`);
  return [
    '// Generated from src/host/program/*.sh by `npx vitest run src/host/program.test.ts --update`.',
    '// biome-ignore-all format: generated, one line for each line of the program',
    '',
    '/** The program that runs on the host, in POSIX sh. */',
    'export const HOST_PROGRAM = [',
    ...lines,
    "].join('\\n');",
    '',
  ].join('\n');
}

it('is generated from the shell sources as they are now', async () => {
  await expect(renderModule()).toMatchFileSnapshot('./program.ts');
});

it.each(['dash', 'bash', 'busybox sh'].filter((shell) => has(shell)))(
  'is valid for %s',
  (shell) => {
    const [file = 'sh', ...args] = shell.split(' ');
    execFileSync(file, [...args, '-n'], { input: HOST_PROGRAM });
  },
);

it.skipIf(!has('shellcheck'))('passes shellcheck', () => {
  const found = spawnSync(
    'shellcheck',
    ['--shell=sh', '--severity=warning', '--format=gcc', '-'],
    { input: source, encoding: 'utf8' },
  );
  expect(found.stdout).toBe('');
});

it('fits into one argument of a command', () => {
  // Linux takes 128 KiB; sshd hands the whole line to the login shell as one.
  const line = Buffer.byteLength(remoteCommand());
  expect(line).toBeLessThan(120 * 1024);
});

it('calls no function of awk by a word that gawk keeps for itself', () => {
  const names = [...HOST_PROGRAM.matchAll(/\bfunction ([a-z_]+)/g)].map(
    ([, name]) => name,
  );
  const kept = 'case default switch func and or xor compl typeof strtonum';
  expect(names.filter((name) => kept.split(' ').includes(name ?? ''))).toEqual(
    [],
  );
});
