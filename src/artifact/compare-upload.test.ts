import { expect, test } from 'vitest';
import { compareUpload } from './compare-upload.ts';

const DIGEST = 'ab'.repeat(32);
const sent = { id: 4, size: 100, digest: DIGEST };

test.each([
  ['the same digest', { id: 4, size: 100, digest: `sha256:${DIGEST}` }, 'same'],
  ['without its name', { id: 4, size: 100, digest: DIGEST }, 'same'],
  ['in capitals', { id: 4, size: 1, digest: DIGEST.toUpperCase() }, 'same'],
  ['no digest, the same size', { id: 4, size: 100 }, 'same'],
  ['an empty digest', { id: 4, size: 100, digest: '' }, 'same'],
  ['another digest', { id: 4, size: 100, digest: 'sha256:00' }, 'different'],
  ['another kind', { id: 4, size: 100, digest: `md5:${DIGEST}` }, 'different'],
  ['another size', { id: 4, size: 0 }, 'different'],
  ['another artifact', { id: 5, size: 100, digest: DIGEST }, 'different'],
])('%s', (_name, told, kind) => {
  expect(compareUpload(sent, { kind: 'kept', ...told }).kind).toBe(kind);
});

test('nobody who says anything is unknown, never the same', () => {
  const told = { kind: 'unconfirmed', message: 'gone' } as const;
  expect(compareUpload(sent, told)).toEqual({ kind: 'unknown', why: 'gone' });
});
