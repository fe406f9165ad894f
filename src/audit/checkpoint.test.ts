import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointOf,
  makeLines,
  someDrafts,
} from '../../tests/support/audit-lines.ts';
import {
  compareCheckpoints,
  originOf,
  readCheckpoint,
  renderCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { parseVerifier, renderVerifier } from './note-key.ts';

const lines = makeLines(someDrafts(4));
const checkpoint = checkpointOf(lines);
const makeKey = () => generateKeyPairSync('ed25519');
const pem = (key: ReturnType<typeof makeKey>) =>
  parseVerifier(
    key.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ) ?? expect.fail();

const ours = makeKey();
const others = makeKey();
const signed = signCheckpoint(checkpoint, ours.privateKey);
const problemOf = (text: string, keys = [pem(ours)]) => {
  const read = readCheckpoint(text, keys);
  return read.ok ? undefined : read.problem;
};

it('is origin, size and hash', () => {
  expect(renderCheckpoint(checkpoint).split('\n')).toEqual([
    `apply-gates/audit/${checkpoint.log}`,
    '5',
    Buffer.from(checkpoint.head, 'hex').toString('base64'),
    '',
  ]);
});

it('is read back, signed or not', () => {
  for (const text of [renderCheckpoint(checkpoint), signed]) {
    expect(readCheckpoint(text, [])).toEqual({ ok: true, checkpoint });
  }
});

it('is trusted by the key it is signed with, in either form', () => {
  const name = originOf(checkpoint.log);
  const line = renderVerifier({ name, key: ours.privateKey });
  const named = parseVerifier(line) ?? expect.fail();
  expect(problemOf(signed, [named])).toBeUndefined();
  expect(problemOf(signed, [pem(others), pem(ours)])).toBeUndefined();
});

describe('unknown or rotated key', () => {
  it.each([
    ['unsigned', 'no signature', renderCheckpoint(checkpoint)],
    [
      'unknown-key',
      'another key',
      signCheckpoint(checkpoint, others.privateKey),
    ],
    ['bad-signature', 'another size', signed.replace('\n5\n', '\n6\n')],
    [
      'bad-signature',
      'the signature of another checkpoint',
      `${renderCheckpoint(checkpoint)}\n${signCheckpoint({ ...checkpoint, size: 4 }, ours.privateKey).split('\n\n')[1]}`,
    ],
  ])('%s: %s', (problem, _, text) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('a rotated key is another key', () => {
    expect(problemOf(signed, [pem(others)])).toBe('unknown-key');
  });

  it('one wrong signature beside a right one is not ignored', () => {
    const wrong = signCheckpoint({ ...checkpoint, size: 4 }, ours.privateKey);
    const both = `${signed}${wrong.split('\n\n')[1]}`;
    expect(problemOf(both)).toBe('bad-signature');
  });

  it('any changed byte of a signed checkpoint is not trusted', () => {
    const bytes = Buffer.from(signed);
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (at, change) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ change;
          expect(readCheckpoint(changed.toString(), [pem(ours)]).ok).toBe(
            false,
          );
        },
      ),
    );
  });

  it('a signature in base64 with bits that mean nothing is not trusted', () => {
    const last = signed.at(-3) ?? '';
    const alphabet =
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const other = alphabet[alphabet.indexOf(last) + 1];
    const loose = `${signed.slice(0, -3)}${other}=\n`;
    expect(Buffer.from(loose.slice(-8), 'base64')).toEqual(
      Buffer.from(signed.slice(-8), 'base64'),
    );
    expect(readCheckpoint(loose, [pem(ours)]).ok).toBe(false);
  });
});

it.each([
  '',
  '\n',
  renderCheckpoint(checkpoint).trimEnd(),
  renderCheckpoint(checkpoint).replaceAll('\n', '\r\n'),
  renderCheckpoint(checkpoint).replace('\n5\n', '\n05\n'),
  renderCheckpoint(checkpoint).replace('\n5\n', '\n0\n'),
  renderCheckpoint(checkpoint).replace('\n5\n', '\n9007199254740993\n'),
  renderCheckpoint(checkpoint).replace('=', ''),
  renderCheckpoint(checkpoint).replace('audit/', 'other/'),
  `${renderCheckpoint(checkpoint)}\n`,
  signed.trimEnd(),
  `${signed}\n`,
])('%j is no checkpoint', (text) => {
  expect(problemOf(text, [])).toBe('malformed');
});

describe('a witness', () => {
  const other = { ...checkpoint, head: 'f'.repeat(64) };
  it.each([
    ['same', checkpoint],
    ['newer', { ...other, size: 6 }],
    ['older', { ...checkpoint, size: 4 }],
    ['forked', other],
    ['other-log', { ...other, log: 'e'.repeat(64), size: 6 }],
  ] as const)('calls it %s', (answer, offered) => {
    expect(compareCheckpoints(checkpoint, offered)).toBe(answer);
  });
});
