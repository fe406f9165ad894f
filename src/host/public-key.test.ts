import { expect, it } from 'vitest';
import { ActionError } from '../model/errors.ts';
import { parsePublicKey } from './public-key.ts';

const KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZvciB0ZXN0cyBvbmx5LCBub2JvZHkgaGFzIGl0IQAA';

it('keeps type and key, without the comment', () => {
  expect(parsePublicKey('k', `${KEY} ada@example.org\n`)).toBe(KEY);
});

it.each([
  '',
  'ssh-ed25519',
  `command="id" ${KEY}`,
  `${KEY}\n${KEY}`,
  KEY.replace('ssh-ed25519', 'ssh-rsa'),
  KEY.replace('AAAAC3', 'AAAAC4'),
  `ssh-ed25519 ${'A'.repeat(68)}"`,
  '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n',
])('ssh-injection: takes no line of another kind: %j', (text) => {
  expect(() => parsePublicKey('k', text)).toThrow(ActionError);
});
