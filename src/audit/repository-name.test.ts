import { expect, it } from 'vitest';
import { parseRemoteAddress } from '../adapters/git-remote.ts';
import { repositoryName } from './repository-name.ts';

it.each([
  ['https://forge.example/ops/platform', 'forge.example/ops/platform'],
  [
    'https://me:s3cret@Forge.example/ops/platform.git',
    'forge.example/ops/platform',
  ],
  [
    'http://forge.example:3000/sub/ops/platform.git/',
    'forge.example:3000/sub/ops/platform',
  ],
  [
    'ssh://git@forge.example:2222/ops/platform.git',
    'forge.example:2222/ops/platform',
  ],
  ['git@forge.example:ops/platform.git', 'forge.example/ops/platform'],
  ['/srv/git/platform.git', 'local/platform'],
])('%s is %s', (address, name) => {
  const remote = parseRemoteAddress(address, { allowLocalPath: true });
  expect(repositoryName(remote)).toBe(name);
});
