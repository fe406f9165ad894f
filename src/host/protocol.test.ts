import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeRequest,
  encodeWords,
  MAX_ANSWER_BYTES,
  parseAnswer,
  remoteCommand,
} from './protocol.ts';

const parse = (text: string) => parseAnswer(Buffer.from(text));

describe('parseAnswer', () => {
  it('reads plain and base64 values', () => {
    const answer = parse('apply-gates 1\nstate:done\nout=YQpi\nend\n');
    if (answer.kind !== 'answer') throw new Error(answer.kind);
    expect(String(answer.fields.get('state'))).toBe('done');
    expect(String(answer.fields.get('out'))).toBe('a\nb');
  });

  it.each([
    ['a greeting', 'Welcome to box\n'],
    ['a greeting in front', 'Welcome\napply-gates 1\nend\n'],
    ['text behind the end', 'apply-gates 1\nend\nlogout\n'],
    ['another version', 'apply-gates 2\nend\n'],
    ['a key twice', 'apply-gates 1\na=YQ==\na=YQ==\nend\n'],
    ['no base64', 'apply-gates 1\na=Y\nend\n'],
    ['a line without a key', 'apply-gates 1\nYQ==\nend\n'],
    ['a key of prototypes', 'apply-gates 1\n__proto__=YQ==\nend\n'],
    ['a carriage return', 'apply-gates 1\r\nend\r\n'],
  ])('takes %s as nonsense', (_what, text) => {
    expect(parse(text).kind).toBe('nonsense');
  });

  it('takes every true beginning of an answer as cut off', () => {
    const whole = 'apply-gates 1\nstate:done\nout=YQpi\nend\n';
    for (let length = 0; length < whole.length; length += 1) {
      expect(parse(whole.slice(0, length)).kind).toBe('cut-off');
    }
  });

  it('is bounded', () => {
    const flood = Buffer.alloc(MAX_ANSWER_BYTES + 1, 'a');
    expect(parseAnswer(flood).kind).toBe('nonsense');
  });

  it('never throws, and shows only printable ASCII of nonsense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const answer = parseAnswer(Buffer.from(bytes));
        if (answer.kind === 'nonsense') {
          expect(answer.sample.length).toBeLessThanOrEqual(4_096);
        }
      }),
    );
  });
});

describe('requests', () => {
  it('ref-as-code: no value can make a second line or end the request', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const lines = String(encodeRequest({ sha: value })).split('\n');
        expect(lines).toHaveLength(3);
        expect(lines[0]).toMatch(
          /^sha(?:=[A-Za-z0-9+/=]*|:[A-Za-z0-9 ._/@+,:=-]*)$/,
        );
        const word = String.raw`(?:\.[A-Za-z0-9+/=]*|:[A-Za-z0-9._/@+,=-]+)`;
        expect(encodeWords([value, value])).toMatch(
          new RegExp(`^${word} ${word}$`),
        );
      }),
    );
  });

  it('survive the login shell of the host', () => {
    const input = encodeRequest({ op: 'probe', root: '/nonexistent' });
    const output = execFileSync('/bin/sh', ['-c', remoteCommand()], { input });
    expect(parseAnswer(output).kind).toBe('answer');
  });

  it('use nothing that fish or csh read differently inside of quotes', () => {
    expect(remoteCommand()).not.toContain('\\\\');
    expect(remoteCommand()).not.toMatch(/\\'(?!')/);
  });
});
