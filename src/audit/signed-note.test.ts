import { createPrivateKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseSigningKey, parseVerifier, renderVerifier } from './note-key.ts';
import { judgeNote, parseNote, signNote } from './signed-note.ts';

// The example of the Go package golang.org/x/mod/sumdb/note.
const VERIFIER =
  'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SEED = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const signer = {
  name: 'PeterNeumann',
  key: createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(SEED, 'base64').subarray(1),
    ]),
    format: 'der',
    type: 'pkcs8',
  }),
};

it('signs as other tools do', () => {
  expect(signNote(TEXT, signer)).toBe(NOTE);
  expect(renderVerifier(signer)).toBe(VERIFIER);
});

it('trusts what other tools signed', () => {
  const note = parseNote(NOTE) ?? expect.fail();
  const key = parseVerifier(VERIFIER) ?? expect.fail();
  expect(note.text).toBe(TEXT);
  expect(judgeNote(note, [key])).toBe('signed');
  expect(judgeNote({ ...note, text: `${TEXT}.` }, [key])).toBe('bad-signature');
});

it('a key of the same material under another name is another key', () => {
  const note = parseNote(NOTE) ?? expect.fail();
  const renamed = renderVerifier({ ...signer, name: 'somebody' });
  const key = parseVerifier(renamed) ?? expect.fail();
  expect(judgeNote(note, [key])).toBe('unknown-key');
});

it.each([
  '',
  'PeterNeumann',
  VERIFIER.replace('c74f', 'c74e'),
  VERIFIER.replace('+AR', '+AB'),
  signer.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
])('%j is no public key', (text) => {
  expect(parseVerifier(text)).toBeUndefined();
});

it('reads a private key in PEM and nothing else', () => {
  const pem = signer.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(parseSigningKey(pem)?.equals(signer.key)).toBe(true);
  expect(parseSigningKey(VERIFIER)).toBeUndefined();
});
