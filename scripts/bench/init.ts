import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// What `apply-gates init` costs on a repository of many compose apps: as a
// ratio to the work that nobody could leave out, which is `git ls-files` and
// the same YAML parsed with the same library, in one process start. Every round
// begins with nothing written; `--yes` writes it all, `--dry-run` only shows it.
// Node: APPLY_GATES_NODE24, else this one. Build first: npm run build.
const root = resolve(import.meta.dirname, '../..');
const node = process.env['APPLY_GATES_NODE24'] || process.execPath;
const rounds = Number(process.argv[2] ?? '11');
const apps = Number(process.argv[3] ?? '400');
const folder = mkdtempSync(join(tmpdir(), 'apply-gates-bench-init-'));
const repository = join(folder, 'platform');

const OPTIONS = [
  ...['init', repository, '--forge', 'forgejo', '--host', 'web1=deploy@web1'],
  ...['--actions-url', 'https://forge.example/ops/apply-gates'],
  ...['--actions-sha', 'a'.repeat(40)],
];

try {
  makeRepository();
  const floor = join(folder, 'floor.mjs');
  writeFileSync(floor, floorProgram());
  const [least, dry, written] = measure([
    () => run([floor]),
    () => run([join(root, 'dist/cli.js'), ...OPTIONS, '--dry-run']),
    () => run([join(root, 'dist/cli.js'), ...OPTIONS, '--yes']),
  ]);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`node ${version.stdout.trim()}, medians of ${rounds} rounds`);
  console.log(`${apps} compose apps`);
  tell('git ls-files, and the YAML parsed', least);
  tell(`init --dry-run: ${ratio(dry, least)} x`, dry);
  tell(`init --yes: ${ratio(written, least)} x`, written);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Apps as they are: two services, variables, mounts, a file beside them. */
function makeRepository(): void {
  for (let app = 0; app < apps; app += 1) {
    const name = `app-${app}`;
    write(`apps/${name}/site.conf`, 'listen 80;\n');
    write(
      `apps/${name}/compose.yaml`,
      [
        'x-logging: &logging',
        '  logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}',
        'services:',
        ...['web', 'db'].flatMap((service) => [
          `  ${service}:`,
          `    image: ${service === 'web' ? 'nginx:1.27' : 'postgres:16'}`,
          '    <<: *logging',
          '    restart: unless-stopped',
          '    environment:',
          ...Array.from(
            { length: 8 },
            (_, n) => `      KEY_${n}: "\${K${n}:-x}"`,
          ),
          '    volumes:',
          '      - ./site.conf:/etc/site.conf:ro',
          `      - ${service}:/var/lib/${service}`,
          '    healthcheck:',
          '      test: ["CMD", "true"]',
          '      interval: 10s',
          '    labels:',
          ...Array.from(
            { length: 6 },
            (_, n) => `      - traefik.label${n}=${name}`,
          ),
        ]),
        'volumes: {web: {}, db: {}}',
        '',
      ].join('\n'),
    );
  }
  git('init', '-q', '-b', 'main');
  git('add', '-A');
}

function write(path: string, text: string): void {
  const target = join(repository, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function git(...args: readonly string[]): void {
  const { status } = spawnSync('git', ['-C', repository, ...args]);
  if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}`);
}

function floorProgram(): string {
  const yaml = join(root, 'node_modules/yaml/browser/dist/index.js');
  return [
    "import { execFileSync } from 'node:child_process';",
    "import { readFileSync } from 'node:fs';",
    `import { parseDocument } from ${JSON.stringify(pathToFileURL(yaml).href)};`,
    `const cwd = ${JSON.stringify(repository)};`,
    "const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];",
    "const paths = execFileSync('git', args, { cwd, encoding: 'utf8' }).split('\\0');",
    'let read = 0;',
    "for (const path of paths.filter((each) => each.endsWith('compose.yaml'))) {",
    "  const document = parseDocument(readFileSync(`${cwd}/${path}`, 'utf8'), { merge: true });",
    '  read += Object.keys(document.toJS().services).length;',
    '}',
    `if (read !== ${apps * 2}) throw new Error(String(read));`,
  ].join('\n');
}

/** Medians of interleaved rounds, so that the machine's moods hit all alike. */
function measure(subjects: readonly (() => void)[]): number[] {
  const times = subjects.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    subjects.forEach((subject, index) => {
      git('clean', '-qfdx');
      const started = process.hrtime.bigint();
      subject();
      const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
      if (round >= 0) times[index]?.push(milliseconds);
    });
  }
  return times.map((values) => {
    const sorted = values.toSorted((left, right) => left - right);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  });
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(node, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  });
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
}

function tell(what: string, milliseconds = Number.NaN): void {
  console.log(`${milliseconds.toFixed(0).padStart(7)} ms  ${what}`);
}

function ratio(one = Number.NaN, other = Number.NaN): string {
  return (one / other).toFixed(2);
}
