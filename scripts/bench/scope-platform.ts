import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BenchSize {
  readonly modules: number;
  readonly files: number;
  /** Modules that the changed files are in. */
  readonly touched: number;
}

/** A repository with many modules, all applied, and one push to judge. */
export interface BenchPlatform {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  /** The event file of the push. */
  readonly event: string;
}

const POLICY = `schema: 1
hosts:
  here: {transport: local}
limits: {max_modules: 100000, max_deleted_files: 1000000, max_changed_files: 1000000}
ignore: ["docs/**", "*.md"]
`;

/** Writes the repository through git's own bulk loader. */
export function makeBenchPlatform(
  folder: string,
  size: BenchSize,
): BenchPlatform {
  const repository = join(folder, 'platform');
  mkdirSync(repository, { recursive: true });
  const ids = Array.from({ length: size.modules }, (_, index) => `m${index}`);
  git(repository, ['init', '-q', '-b', 'main']);
  git(repository, ['fast-import', '--quiet'], renderHistory(ids, size));
  const base = git(repository, ['rev-parse', 'main~1']);
  const head = git(repository, ['rev-parse', 'main']);
  const trees = readTrees(repository, base);
  git(repository, ['fast-import', '--quiet'], renderState([...trees], base));
  const event = join(folder, 'event.json');
  writeFileSync(
    event,
    JSON.stringify({
      ref: 'refs/heads/main',
      before: base,
      after: head,
      repository: { default_branch: 'main' },
    }),
  );
  return { repository, base, head, event };
}

/** Two commits: everything, then one changed file after the other. */
function renderHistory(
  ids: readonly string[],
  { files, touched }: BenchSize,
): string {
  const first = commit('main', 'all', [
    file('.platform/gates.yaml', POLICY),
    ...ids.flatMap((id) => [
      file(`modules/${id}/module.yaml`, renderManifest(id)),
      file(`modules/${id}/compose.yaml`, `services: {${id}: {image: x}}\n`),
      file(`modules/${id}/content/page`, `${id}\n`),
    ]),
  ]);
  const changed = Array.from({ length: files }, (_, index) => {
    const id = ids[index % touched];
    return file(`modules/${id}/content/${index}`, `${index}\n`);
  });
  return `${first}${commit('main', 'change', changed)}`;
}

function renderManifest(id: string): string {
  // Every tenth module has a path of its own outside of its folder.
  const number = Number(id.slice(1));
  const paths = number % 10 === 0 ? `paths: ["web/${id}/**"]\n` : '';
  return `schema: 1\nid: ${id}\nstateful: ${number % 4 === 0}\nhost: here\ndriver: compose\ncompose:\n  file: compose.yaml\n  services: [${id}]\nhost_files: [.env]\n${paths}health: {timeout: 60s, http: "http://127.0.0.1:3001/"}\n`;
}

function renderState(
  trees: readonly (readonly [id: string, tree: string])[],
  sha: string,
): string {
  return commit(
    'platform-state',
    'state',
    trees.map(([module, tree]) =>
      file(
        `.platform/state/modules/${module}.status.json`,
        JSON.stringify({
          schema: 1,
          module,
          last_apply_sha: sha,
          approved_sha: null,
          head_sha: null,
          last_apply_pr: null,
          last_apply_at: '2026-05-16T11:00:00Z',
          last_apply_host: 'here',
          last_apply_actor: 'ada',
          last_apply_returncode: 0,
          last_apply_result: 'applied',
          tree,
          attempted_sha: sha,
          attempted_tree: tree,
          plan_digest: `sha256:${tree}`,
          health: 'healthy',
          restarts: 0,
          run: { id: '1', number: '1', attempt: '1', url: '' },
          break_glass_reason: null,
          fence: null,
        }),
      ),
    ),
  );
}

/** What each module is made of, as its status says after an apply. */
function readTrees(repository: string, sha: string): Map<string, string> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  const listed = git(repository, ['ls-tree', '-r', '-z', sha, 'modules']);
  for (const record of listed.split('\0')) {
    const [, mode, oid, path = ''] =
      /^(\d+) blob (\w+)\t(.+)$/.exec(record) ?? [];
    const id = path.split('/')[1];
    if (id === undefined) continue;
    const hash = hashes.get(id) ?? createHash('sha256');
    hashes.set(id, hash.update(`${mode} ${oid}\t${path}\0`));
  }
  return new Map([...hashes].map(([id, hash]) => [id, hash.digest('hex')]));
}

function file(path: string, content: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
}

function commit(
  branch: string,
  message: string,
  files: readonly string[],
): string {
  return `commit refs/heads/${branch}\ncommitter bench <bench@localhost> 1700000000 +0000\ndata ${message.length}\n${message}\n${files.join('')}\n`;
}

function git(
  repository: string,
  args: readonly string[],
  input?: string,
): string {
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['-C', repository, ...args],
    { encoding: 'utf8', input: input ?? '', maxBuffer: 1 << 30 },
  );
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trimEnd();
}
