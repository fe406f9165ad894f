import { expect, test } from 'vitest';
import { composeSettings } from '../../src/drivers/compose/compose-subject.ts';
import { checkFiles } from '../../src/drivers/compose/source/check-files.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parsePolicy } from '../../src/model/policy.ts';
import { makeFile } from '../support/host-modules.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
} from '../support/repository-files.ts';

const EXAMPLE = 'examples/platform/';
const paths = listRepositoryFiles(EXAMPLE).map((path) =>
  path.slice(EXAMPLE.length),
);
const read = (path: string) => readRepositoryFile(`${EXAMPLE}${path}`);
const policy = parsePolicy('gates.yaml', read('.platform/gates.yaml'));
const modules = paths.flatMap((path) => {
  const id = /^modules\/([^/]+)\/module\.yaml$/.exec(path)?.[1];
  return id === undefined ? [] : [id];
});

test('the policy of the example is valid', () => {
  expect(policy.ok).toBe(true);
});

test.each(modules)('the module %s of the example is valid', async (id) => {
  const folder = `modules/${id}`;
  const file = `${folder}/module.yaml`;
  const manifest = parseManifest(file, read(file), id);
  if (!manifest.ok || !policy.ok) throw new Error(JSON.stringify(manifest));
  if (manifest.value.driver !== 'compose') return;
  const files = paths.map((path) => makeFile(path, read(path)));
  const release = {
    ...{ module: id, manifest: manifest.value, folder, sha: '', tree: '' },
    files: async () => files,
  };
  const settings = composeSettings(release);
  expect(
    checkFiles({ ...release, settings, policy: policy.value }, files),
  ).toEqual([]);
});

test('the example checks its pull requests, by the workflow as it is', () => {
  expect(read('.forgejo/workflows/pr-check.yml')).toBe(
    readRepositoryFile('workflows/pr-check.yml'),
  );
});

test('the example has a module of each kind', () => {
  const manifests = modules.map((id) => read(`modules/${id}/module.yaml`));
  for (const driver of ['command', 'compose']) {
    const own = manifests.filter((text) => text.includes(`driver: ${driver}`));
    expect(own.some((text) => text.includes('stateful: true'))).toBe(true);
    expect(own.some((text) => text.includes('stateful: false'))).toBe(true);
  }
});
