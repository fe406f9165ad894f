import { describe, expect, it, test } from 'vitest';
import { readArtifactService } from './artifact-service.ts';

const ENV = {
  ACTIONS_RESULTS_URL: 'http://forge.example:3000',
  ACTIONS_RUNTIME_TOKEN: 'token',
  GITHUB_SERVER_URL: 'http://forge.example:3000',
  GITHUB_TOKEN: 'another token',
  https_proxy: 'http://proxy.example',
};

describe('readArtifactService', () => {
  test.each([
    ['forgejo', 'https://github.com'],
    ['gitea', 'https://github.com'],
    ['github', 'http://forge.example:3000'],
  ] as const)(
    'on %s the client is told that it is at %s',
    (flavour, server) => {
      const offer = readArtifactService(flavour, ENV);
      expect(offer).toMatchObject({
        kind: 'offered',
        service: { origin: 'http://forge.example:3000', token: 'token' },
      });
      expect(offer.kind === 'offered' && offer.service.env).toEqual({
        ACTIONS_RESULTS_URL: ENV.ACTIONS_RESULTS_URL,
        ACTIONS_RUNTIME_TOKEN: ENV.ACTIONS_RUNTIME_TOKEN,
        GITHUB_SERVER_URL: server,
        https_proxy: ENV.https_proxy,
      });
    },
  );

  test.each([
    ['ACTIONS_RESULTS_URL', ''],
    ['ACTIONS_RUNTIME_TOKEN', ''],
    ['ACTIONS_RESULTS_URL', 'not an address'],
    ['ACTIONS_RESULTS_URL', 'file:///etc'],
    ['ACTIONS_RESULTS_URL', 'https://forge.example/git/'],
  ])('%s %j is no offer', (name, value) => {
    const offer = readArtifactService('forgejo', { ...ENV, [name]: value });
    expect(offer.kind).toBe('absent');
  });

  it('a terminal offers none', () => {
    expect(readArtifactService('local', {}).kind).toBe('absent');
  });

  test.each([
    ['2500', 2_500],
    ['', 300_000],
    ['-1', 300_000],
    ['1e9', 300_000],
    ['99999999', 300_000],
  ])('a limit of %j is %i ms', (text, timeoutMs) => {
    const env = { ...ENV, ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS: text };
    expect(readArtifactService('github', env)).toMatchObject({
      service: { timeoutMs },
    });
  });
});
