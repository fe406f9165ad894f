import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADMIN_PROGRAM, PROJECT_PROGRAM } from './admin-program.ts';
import { BACKUP_PROGRAM } from './backup-program.ts';
import { HOST_GUARD } from './installed-parts.ts';
import { INSTALLED_PROGRAM } from './installed-program.ts';
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
    'compose-hashes',
    'compose-join',
    'compose-own',
    'compose-edited',
    'compose-adopt',
    'compose-health',
    'look',
    'witness',
    'apply',
    'compose-up',
    'compose-images',
    'compose-undo',
    'compose-apply',
    'acknowledge',
    'retire',
    'record',
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
    'backup-restore',
    'backup-forgejo',
    'backup-main',
  ],
};
const NAMES = {
  program: ['HOST_PROGRAM', HOST_PROGRAM],
  'backup-program': ['BACKUP_PROGRAM', BACKUP_PROGRAM],
} as const;

/** The parts of the host's own policy. */
const GUARD = ['policy', 'repository', 'manifest'];

const sourceOf = (file: keyof typeof PROGRAMS) =>
  readParts('program', PROGRAMS[file]);

function readParts(folder: string, parts: readonly string[]): string {
  return parts
    .map((part) =>
      readFileSync(join(import.meta.dirname, folder, `${part}.sh`), 'utf8'),
    )
    .join('');
}

const has = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const SHELLS = ['dash', 'bash', 'busybox sh'].filter((shell) => has(shell));

/** What travels to the host: without comments and indentation. */
function stripped(shell: string): readonly string[] {
  return shell
    .split('\n')
    .filter((line) => !/^\s*#/.test(line) && line.trim() !== '')
    .map((line) => line.trimStart());
}

interface Constant {
  readonly what: string;
  readonly name: string;
  readonly lines: readonly string[];
}

function renderModule(folder: string, constants: readonly Constant[]): string {
  return [
    `// Generated from src/host/${folder}/*.sh by \`npx vitest run src/host/program.test.ts --update\`.`,
    '// biome-ignore-all format: generated, one line for each line of the program',
    ...constants.flatMap(({ what, name, lines }) => [
      '',
      `/** ${what} */`,
      `export const ${name} = [`,
      ...lines.map((line) => `  ${JSON.stringify(line)},`),
      "].join('\\n');",
    ]),
    '',
  ].join('\n');
}

function check(input: string, excluded = ''): string {
  const rules = excluded === '' ? [] : [`--exclude=${excluded}`];
  const found = spawnSync(
    'shellcheck',
    [...rules, '--shell=sh', '--severity=warning', '--format=gcc', '-'],
    { input, encoding: 'utf8' },
  );
  return found.stdout;
}

describe.each(['program', 'backup-program'] as const)('%s', (file) => {
  const [, program] = NAMES[file];

  it('is generated from the shell sources as they are now', async () => {
    const constant = {
      what: 'The program that runs on the host, in POSIX sh.',
      name: NAMES[file][0],
      lines: stripped(sourceOf(file)),
    };
    await expect(renderModule('program', [constant])).toMatchFileSnapshot(
      `./${file}.ts`,
    );
  });

  it.each(SHELLS)('is valid for %s', (shell) => {
    const [name = 'sh', ...args] = shell.split(' ');
    execFileSync(name, [...args, '-n'], { input: program });
  });

  it.skipIf(!has('shellcheck'))('passes shellcheck', () => {
    // Of the parts that both programs have, one uses less than they set.
    const shares = file === 'backup-program';
    expect(check(sourceOf(file), shares ? 'SC2034,SC2154' : '')).toBe('');
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

describe('what is installed', () => {
  it('is generated from the shell sources as they are now', async () => {
    const parts = [
      {
        what: 'How an installed program begins: who may pass, and with what.',
        name: 'HOST_ENTRY',
        lines: readParts('installed', ['entry']).trimEnd().split('\n'),
      },
      {
        what: "The host's own policy, which an installed program holds requests to.",
        name: 'HOST_GUARD',
        lines: stripped(readParts('installed', GUARD)),
      },
    ];
    await expect(renderModule('installed', parts)).toMatchFileSnapshot(
      './installed-parts.ts',
    );
    const admin = {
      what: 'What an administrator runs on a host, as root, to put it there.',
      name: 'ADMIN_PROGRAM',
      lines: stripped(readParts('admin', ['base', 'admin'])),
    };
    const project = {
      what: 'What an administrator asks about a project that runs on a host.',
      name: 'PROJECT_PROGRAM',
      lines: stripped(readParts('admin', ['base', 'project'])),
    };
    await expect(renderModule('admin', [admin, project])).toMatchFileSnapshot(
      './admin-program.ts',
    );
  });

  it.each(SHELLS)('is valid for %s', (shell) => {
    const [name = 'sh', ...args] = shell.split(' ');
    for (const input of [INSTALLED_PROGRAM, ADMIN_PROGRAM, PROJECT_PROGRAM]) {
      execFileSync(name, [...args, '-n'], { input });
    }
  });

  it.skipIf(!has('shellcheck'))('passes shellcheck', () => {
    expect(check(readParts('installed', ['entry']))).toBe('');
    for (const part of ['admin', 'project']) {
      // What a request sets, no script sets.
      expect(check(readParts('admin', ['base', part]), 'SC2154')).toBe('');
    }
    // The programs that it stands before set, and use, the rest.
    expect(check(readParts('installed', GUARD), 'SC2034,SC2154')).toBe('');
  });

  it('fits into one argument of a command, with either program', () => {
    for (const program of [HOST_PROGRAM, BACKUP_PROGRAM]) {
      const text = Buffer.byteLength(HOST_GUARD) + Buffer.byteLength(program);
      expect(text).toBeLessThan(120 * 1024);
    }
  });
});
