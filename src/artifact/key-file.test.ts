import { describe, expect, test } from 'vitest';
import { holdsPrivateKey, isKeyPath } from './key-file.ts';

describe('isKeyPath', () => {
  test.each([
    'id_rsa',
    'a/id_ed25519_sk',
    'ID_ECDSA',
    'tls/key.pem',
    'server.key',
    'store.p12',
    'vault.kdbx',
    'ssh_host_rsa_key',
    '.env',
    '.env.local',
    'prod.env',
    '.netrc',
    '.git-credentials',
    '_netrc',
    'credentials',
    'secrets.yaml',
    'terraform.tfstate.backup',
    'prod.tfvars',
    '.git/config',
    'sub/.git/config',
    'home/.ssh/known_hosts',
    '.docker/config.json',
    '.Kube/config',
  ])('%s', (path) => {
    expect(isKeyPath(path)).toBe(true);
  });

  test.each([
    'id_rsa.pub',
    'README.md',
    'environment.md',
    '.github/workflows/x.yml',
    '.gitignore',
    '.platform/known_hosts',
    'keys.md',
    'monkey',
    'plans/secrets-rotation.plan.json',
    'modules/keycloak/module.yaml',
  ])('not %s', (path) => {
    expect(isKeyPath(path)).toBe(false);
  });
});

describe('holdsPrivateKey', () => {
  // Put together here, so that no scanner takes this file for a leak.
  test.each([
    ['PEM', ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')],
    ['OpenSSH', ['-----BEGIN', 'OPENSSH PRIVATE KEY-----'].join(' ')],
    ['OpenSSH without its frame', `x ${'b3BlbnNzaC1rZXkt'}djEAAA`],
    ['PuTTY', `PuTTY-User-Key-${'File-3: ssh-ed25519'}`],
    ['age', `AGE-SECRET-${'KEY-1QQQ'}`],
  ])('%s', (_name, text) => {
    expect(holdsPrivateKey(`before\n${text}\nafter`)).toBe(true);
  });

  test.each([
    '-----BEGIN PUBLIC KEY-----',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI a comment',
    'the private key is elsewhere',
  ])('not %j', (text) => {
    expect(holdsPrivateKey(text)).toBe(false);
  });
});
