import { describe, expect, it } from 'vitest';
import { type LineRedactor, makeLineRedactor } from './line-redactor.ts';
import { makeRedactor } from './redactor.ts';

const SECRET = 'pä$$-"w0rd"/ü';
const redactor = makeRedactor([SECRET]);

function pushAll(lines: LineRedactor, chunks: readonly Buffer[]): string[] {
  return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()];
}

describe('makeLineRedactor', () => {
  it('redact-known: a secret cut at every chunk boundary', () => {
    const encoded = Buffer.from(SECRET).toString('base64');
    const bytes = Buffer.from(
      `a ${SECRET} b\n${JSON.stringify(SECRET)}\r\n\n${encoded}`,
    );
    const expected = [
      'a *** b',
      '"***"',
      '',
      expect.stringMatching(/^\*\*\*=*$/),
    ];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(pushAll(makeLineRedactor(redactor), chunks)).toEqual(expected);
    }
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    expect(pushAll(makeLineRedactor(redactor), single)).toEqual(expected);
  });

  it('redact-known: a secret across the bound of a long line', () => {
    const long = 100;
    for (let before = long - SECRET.length - 1; before <= long; before += 1) {
      const text = `${'-'.repeat(before)}${SECRET}${'-'.repeat(5_000)}\nnext\n`;
      const [first = '', ...rest] = pushAll(makeLineRedactor(redactor, long), [
        Buffer.from(text),
      ]);
      expect(first).toMatch(/^-+(?:\*\*\*)?-*… \(\d+ more characters\)$/);
      expect(rest).toEqual(['next']);
    }
  });

  it('keeps a bounded part of a line without end', () => {
    const lines = makeLineRedactor(redactor, 100);
    const chunk = Buffer.alloc(1024 * 1024, '-');
    for (let count = 0; count < 64; count += 1) lines.push(chunk);
    expect(lines.end().join('').length).toBeLessThan(200);
  });

  it('redacts a private key that goes over many lines', () => {
    const key = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'Proc-Type: 4,ENCRYPTED',
      '',
      ...Array.from({ length: 30 }, () => 'MIIEowIBAAKCAQEA7bq98hqH'.repeat(2)),
      '-----END RSA PRIVATE KEY-----',
    ];
    const lines = pushAll(makeLineRedactor(makeRedactor([])), [
      Buffer.from(['before', ...key, 'after: it', ''].join('\n')),
    ]);
    expect(lines.join('\n')).not.toMatch(/MIIE/);
    expect([lines[0], lines.at(-1)]).toEqual(['before', 'after: it']);
  });

  it('shows what follows a key that never ended', () => {
    const lines = pushAll(makeLineRedactor(makeRedactor([])), [
      Buffer.from('-----BEGIN PRIVATE KEY-----\nMIIE\nerror: no such file\n'),
    ]);
    expect(lines.at(-1)).toBe('error: no such file');
  });
});
