import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { systemExec } from '../adapters/exec.ts';
import { makeRedactor } from './redactor.ts';

/** Text in which no encoding of a secret comes up by itself. */
const noise = fc.stringMatching(/^[ .,!äö]{0,12}$/);

/** A secret that is long enough to be one, and not made of stars. */
const secret = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 60 })
  .map((text) => text.trim())
  .filter((text) => /[A-Za-z0-9]{2}/.test(text) && text.length >= 6);

const encodings: readonly (readonly [string, (text: string) => string])[] = [
  ['raw', (text) => text],
  ['JSON', (text) => JSON.stringify(text)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify(text))],
  ['JSON in ASCII', (text) => asciiJson(text)],
  ['URL', (text) => encodeURIComponent(text)],
  ['form', (text) => encodeURIComponent(text).replaceAll('%20', '+')],
  ['lower-case URL', (text) => lowerCaseUrl(text)],
  ['single-quoted shell', (text) => `'${text.replaceAll("'", `'\\''`)}'`],
  ['double-quoted shell', (text) => text.replace(/["$`\\]/g, '\\$&')],
  ['bare shell', (text) => text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['HEX', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
];

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function lowerCaseUrl(text: string): string {
  return encodeURIComponent(text).replace(/%../g, (octet) =>
    octet.toLowerCase(),
  );
}

describe('redact-known', () => {
  test.each(encodings)('redact-known: %s leaves nothing', (_name, encode) => {
    fc.assert(
      fc.property(secret, noise, noise, (value, before, after) => {
        const encoded = encode(value);
        const redacted = makeRedactor([value]).redact(
          `${before}${encoded}${after}`,
        );
        const unquoted = encoded.replace(/^\\?"|\\?"$|^'|'$|=+$/g, '');
        expect(redacted).not.toContain(unquoted);
        expect(redacted.length).toBeLessThanOrEqual(
          before.length + after.length + 12,
        );
      }),
    );
  });

  test.each([0, 1, 2])(
    'redact-known: base64 of a longer text, shifted by %i bytes',
    (shift) => {
      fc.assert(
        fc.property(secret, fc.nat(20), (value, length) => {
          const before = 3 * length + shift;
          const after = 7;
          const bytes = Buffer.concat([
            Buffer.alloc(before, 'A'),
            Buffer.from(value),
            Buffer.alloc(after, '~'),
          ]);
          // Only characters made of nothing but the neighbours may stay.
          const [left, right] = [before, after].map((count) =>
            Math.floor((count * 8) / 6),
          );
          for (const form of ['base64', 'base64url'] as const) {
            const [start, ...rest] = makeRedactor([value])
              .redact(bytes.toString(form))
              .split('***');
            expect(rest).toHaveLength(1);
            expect(start?.length).toBeLessThanOrEqual(left ?? 0);
            expect(rest.join('').replace(/=+$/, '').length).toBeLessThanOrEqual(
              right ?? 0,
            );
          }
        }),
      );
    },
  );

  it('redact-known: every line of a key, wherever it stands', () => {
    const key = ['first-line-abc', 'second-line-def', 'third-line-ghi'];
    const { redact } = makeRedactor([`${key.join('\r\n')}\r\n`]);
    for (const line of key) expect(redact(`x ${line} y`)).toBe('x *** y');
    expect(redact(`a${key.join('\n')}b`)).toBe('a***\n***\n***b');
  });

  it('redact-known: base64 that a program broke into lines', () => {
    const value = 'correct horse battery staple '.repeat(8).trim();
    const wrapped = Buffer.from(value)
      .toString('base64')
      .replace(/.{76}/g, '$&\n');
    expect(makeRedactor([value]).redact(wrapped)).toMatch(
      /^(\*\*\*\n?)+[^\n]{0,8}$/,
    );
  });

  it('redact-known: secrets that overlap leave nothing of either', () => {
    const { redact } = makeRedactor(['abcdef', 'defghi', 'abcdefgh']);
    expect(redact('-abcdefghi-')).toBe('-***-');
  });

  it('redact-known: values too short to be secret stay', () => {
    expect(makeRedactor(['', 'a', 'abc', ' ']).redact('abc a')).toBe('abc a');
  });

  it('redact-known: text cannot switch detection off', () => {
    const { redact } = makeRedactor(['s3cr3t-value']);
    const comments = '# secretlint-disable gitleaks:allow pragma: allowlist';
    expect(redact(`${comments}\ns3cr3t-value ghp_${'a1'.repeat(18)}`)).toBe(
      `${comments}\n*** ***`,
    );
  });

  it('redact-known: a secret cut at every chunk boundary', async () => {
    const secret = 'pä$$-w0rd';
    const { redact } = makeRedactor([secret]);
    const bytes = Buffer.from(secret);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)].map(octal);
      const script = `printf '${chunks[0]}'; sleep 0.02; printf '${chunks[1]}'`;
      const { stdout } = await systemExec.run({
        file: '/bin/sh',
        args: ['-c', script],
        env: {},
        timeoutMs: 10_000,
      });
      expect(redact(stdout.toString('utf8'))).toBe('***');
    }
  });
});

function octal(bytes: Buffer): string {
  return [...bytes]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('');
}
