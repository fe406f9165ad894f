import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { importStep } from '../support/action-steps.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
  repositoryRoot,
} from '../support/repository-files.ts';

const COMMON_OUTPUTS = ['decision', 'code', 'reason', 'verdict'];
const SENTENCE = /^[A-Z`0-9][\s\S]*[.]$/;

// Strict where Forgejo's runner is strict, and where GitHub warns.
const inputSchema = z.strictObject({
  description: z.string().regex(SENTENCE),
  default: z.string({ error: 'must be a quoted string' }),
  required: z.boolean().optional(),
});
const outputSchema = z.strictObject({
  description: z.string().regex(SENTENCE),
  value: z.string().optional(),
});
const nodeRunsSchema = z.strictObject({
  using: z.literal('node24'),
  main: z.string(),
});
const usesStepSchema = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().regex(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  'continue-on-error': z.boolean().optional(),
});
const runStepSchema = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  run: z.string().regex(/^(?![\s\S]*\$\{\{)/, 'holds an expression'),
  shell: z.string(),
  env: z.record(z.string(), z.string()).optional(),
  'working-directory': z.string().optional(),
  'continue-on-error': z.boolean().optional(),
});
const compositeRunsSchema = z.strictObject({
  using: z.literal('composite'),
  steps: z.array(z.union([usesStepSchema, runStepSchema])),
});
const portName = z.string().regex(/^[a-z][a-z0-9-]*$/);
const actionSchema = z.strictObject({
  name: z.string().startsWith('apply-gates'),
  description: z.string().regex(SENTENCE),
  inputs: z.record(portName, inputSchema).default({}),
  outputs: z.record(portName, outputSchema).default({}),
  runs: z.union([nodeRunsSchema, compositeRunsSchema]),
  branding: z.strictObject({ icon: z.string(), color: z.string() }),
});

const ORDER = ['name', 'description', 'inputs', 'outputs', 'runs', 'branding'];

const names = readdirSync(join(repositoryRoot, 'actions')).sort();
const files = [
  ...names.map((name) => `actions/${name}/action.yml`),
  ...(existsSync(join(repositoryRoot, 'action.yml')) ? ['action.yml'] : []),
];

function readAction(file: string): z.output<typeof actionSchema> {
  return actionSchema.parse(parse(readRepositoryFile(file)));
}

describe.each(files)('%s', (file) => {
  const raw: unknown = parse(readRepositoryFile(file));

  it('has the form that both forges accept', () => {
    expect(actionSchema.safeParse(raw).error?.issues ?? []).toEqual([]);
  });

  it('keeps the order of its keys', () => {
    const keys = Object.keys(Object(raw));
    expect(keys).toEqual(ORDER.filter((key) => keys.includes(key)));
  });

  it('takes a default only from contexts that an input may use', () => {
    const { inputs } = readAction(file);
    const contexts = Object.values(inputs).flatMap((each) =>
      [...each.default.matchAll(/\$\{\{\s*(\w+)/g)].map((match) => match[1]),
    );
    expect(contexts.filter((name) => name !== 'github')).toEqual([]);
  });

  it('gives a value to the outputs of a composite only', () => {
    const { outputs, runs } = readAction(file);
    const withValue = Object.entries(outputs)
      .filter(([, { value }]) => value !== undefined)
      .map(([name]) => name);
    expect(withValue).toEqual(
      runs.using === 'composite' ? Object.keys(outputs) : [],
    );
  });
});

const exampleSchema = z.object({
  uses: z.string().startsWith('apply-gates/apply-gates'),
  with: z.record(z.string(), z.unknown()).default({}),
});

/** The steps with our actions in the YAML of a page: file, names of inputs. */
function examplesOf(page: string): (readonly [string, string[]])[] {
  const found: (readonly [string, string[]])[] = [];
  const look = (_key: unknown, value: unknown) => {
    const { data } = exampleSchema.safeParse(value);
    const folder = data?.uses.replace(/@.*/, '').split('/').slice(2) ?? [];
    const file = [...folder, 'action.yml'].join('/');
    if (data) found.push([file, Object.keys(data.with)]);
    return value;
  };
  const blocks = readRepositoryFile(page).matchAll(/^```yaml\n(.*?)^```$/gms);
  for (const [, block = ''] of blocks) parse(block, look);
  return found;
}

const pages = listRepositoryFiles('README.md', 'actions/*.md', 'docs');

it.each(pages)('the examples of %s give no input that is unknown', (page) => {
  const unknown = examplesOf(page).flatMap(([file, given]) => {
    const { inputs } = readAction(file);
    return given.filter((name) => !Object.hasOwn(inputs, name));
  });
  expect(unknown).toEqual([]);
});

describe.each(names)('actions/%s', (name) => {
  it('has an example', () => {
    const file = `actions/${name}/action.yml`;
    const examples = examplesOf(`actions/${name}/README.md`);
    expect(examples.map(([each]) => each)).toContain(file);
  });

  it('has its documentation beside it and no code', () => {
    expect(readdirSync(join(repositoryRoot, 'actions', name)).sort()).toEqual([
      'README.md',
      'action.yml',
    ]);
  });
});

const inCode = names.filter(
  (name) => readAction(`actions/${name}/action.yml`).runs.using === 'node24',
);

describe.each(inCode)('the code of %s', (name) => {
  const action = readAction(`actions/${name}/action.yml`);

  it('is the bundle of its name', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: `../../dist/${name}.js`,
    });
    expect(
      existsSync(join(repositoryRoot, 'src/actions', name, 'main.ts')),
    ).toBe(true);
  });

  it('bears its name', async () => {
    const step = await importStep(name);
    expect(step.name).toBe(name);
  });

  it('has the declared inputs with the declared defaults', async () => {
    const step = await importStep(name);
    const declared = Object.entries(action.inputs).map(
      ([input, { default: value }]) =>
        // What the runner fills in has no value outside of it.
        [input, value.includes('${{') ? '' : value] as const,
    );
    expect({ ...step.inputs }).toEqual(Object.fromEntries(declared));
  });

  it('takes the inputs that every action takes', () => {
    expect(Object.keys(action.inputs)).toEqual(
      expect.arrayContaining(['working-directory', 'policy']),
    );
  });

  it('has the declared outputs and the common ones', async () => {
    const step = await importStep(name);
    expect([...COMMON_OUTPUTS, ...step.outputs].sort()).toEqual(
      Object.keys(action.outputs).sort(),
    );
  });
});

it('every action in code is declared', () => {
  const folders = readdirSync(join(repositoryRoot, 'src/actions'), {
    withFileTypes: true,
  })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !inCode.includes(name))).toEqual([]);
});
