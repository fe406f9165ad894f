import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { readRepositoryFile } from '../support/repository-files.ts';

const POLICY = `schema: 1
hosts:
  web1:
    transport: ssh
    address: web1.example.org
    user: deploy
limits:
  max_modules: 3
`;
const MANIFEST = `schema: 1
id: wiki
stateful: false
host: web1
driver: compose
health:
  timeout: 60s
depends_on: []
`;

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'apply-gates-validate-'));
  write('.platform/gates.yaml', POLICY);
  write('modules/wiki/module.yaml', MANIFEST);
  // The one that an example of another module names.
  write('modules/redis/module.yaml', MANIFEST.replace('id: wiki', 'id: redis'));
});
afterEach(() => rmSync(checkout, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
}

interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
  readonly meaning: string;
  readonly example: string;
}

async function validate(): Promise<{ exitCode: unknown; problems: Problem[] }> {
  const run = await runCommand({ checkout }, 'validate', '.', '--json');
  const { problems } = run.json() as { problems: Problem[] };
  return { exitCode: run.exitCode, problems };
}

/** The text with the line of a problem replaced by its example. */
function pasted(text: string, { line, example }: Problem): string {
  const lines = text.split('\n');
  const indent = /^ */.exec(lines[line - 1] ?? '')?.[0];
  lines[line - 1] = `${indent}${example}`;
  return lines.join('\n');
}

describe('validate', () => {
  it.each([
    ['modules/wiki/module.yaml', 'stateful: false', 'stateful: 1', 3, 11],
    ['modules/wiki/module.yaml', 'stateful: false', 'statefull: true', 3, 1],
    ['modules/wiki/module.yaml', 'driver: compose', 'driver: helm', 5, 9],
    ['modules/wiki/module.yaml', 'timeout: 60s', 'timeout: 60', 7, 12],
    ['modules/wiki/module.yaml', 'timeout: 60s', 'time-out: 60s', 7, 3],
    ['modules/wiki/module.yaml', 'on: []', 'on: [../x]', 8, 14],
    ['modules/wiki/module.yaml', 'on: []', 'on: [nobody]', 8, 13],
    ['modules/wiki/module.yaml', 'host: web1', 'host: web2', 4, 7],
    ['modules/wiki/module.yaml', 'id: wiki', 'id: site', 2, 5],
    ['.platform/gates.yaml', 'transport: ssh', 'transport: telnet', 4, 16],
    ['.platform/gates.yaml', 'max_modules: 3', 'max_modules: 0', 8, 16],
    ['.platform/gates.yaml', 'user: deploy', 'user: -l', 6, 11],
  ])(
    '%s: %s -> %s is told with a line that mends it',
    async (file, right, wrong, line, column) => {
      const text = file.startsWith('modules') ? MANIFEST : POLICY;
      const broken = text.replace(right, wrong);
      write(file, broken);
      const { exitCode, problems } = await validate();
      expect(exitCode).toBe(2);
      const told = problems.find((each) => each.line === line);
      expect(told).toMatchObject({ file, line, column });
      if (told === undefined) return;
      expect(told.found).not.toBe('');
      expect(told.allowed).not.toBe('');
      write(file, pasted(broken, told));
      expect(await validate()).toEqual({ exitCode: 0, problems: [] });
    },
  );

  it('tells a key that is missing, and one that is not known, at once', async () => {
    write(
      'modules/wiki/module.yaml',
      MANIFEST.replace('stateful: false', 'statefull: false'),
    );
    const { problems } = await validate();
    expect(problems.map(({ key, found }) => [key, found])).toEqual([
      ['stateful', 'nothing'],
      ['statefull', 'false'],
    ]);
  });

  it('tells a person the same, with what is there and what may be', async () => {
    write(
      'modules/wiki/module.yaml',
      MANIFEST.replace('driver: compose', 'driver: helm'),
    );
    const run = await runCommand({ checkout }, 'validate', '.');
    expect(run.exitCode).toBe(2);
    const [place, ...lines] = run.stdout.split('\n');
    expect(place).toMatch(/^modules\/wiki\/module\.yaml:5:9: driver: /);
    expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(
      expect.arrayContaining(['found', 'allowed', 'meaning', 'write']),
    );
    expect(run.stdout).toContain('compose, command');
  });

  it('tells what is no YAML at its place', async () => {
    write('modules/wiki/module.yaml', `${MANIFEST}  - {\n`);
    const { exitCode, problems } = await validate();
    expect(exitCode).toBe(2);
    expect(problems[0]).toMatchObject({ line: 9, found: '', example: '' });
  });

  it('a value that is text of a terminal stays text', async () => {
    write(
      'modules/wiki/module.yaml',
      MANIFEST.replace('driver: compose', 'driver: "\\e[2K::stop::"'),
    );
    const run = await runCommand({ checkout }, 'validate', '.');
    expect(run.stdout).not.toContain('\u001b');
  });
});

describe('schema', () => {
  it.each([
    ['manifest', 'schemas/module.schema.json'],
    ['policy', 'schemas/gates.schema.json'],
  ])('%s prints %s', async (name, path) => {
    const run = await runCommand({ checkout }, 'schema', name);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toBe(readRepositoryFile(path));
  });

  it('of anything else exits 2', async () => {
    expect((await runCommand({ checkout }, 'schema', 'plan')).exitCode).toBe(2);
  });
});
