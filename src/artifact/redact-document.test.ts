import { describe, expect, it, test } from 'vitest';
import { makeRedactor } from '../redaction/redactor.ts';
import { redactDocument } from './redact-document.ts';

const SECRET = 's3cr3t"value';
const redact = (text: string) => redactDocument(text, makeRedactor([SECRET]));

describe('redactDocument', () => {
  test.each([
    ['JSON', '{ "a" :\t1e2,  "b":[ "x" ] }\n'],
    ['JSON with a word that is a name of secrets', '{"tokens":3,"code":"x"}'],
    ['JSON that was redacted before', '{"password":"***"}\n'],
    ['JSON by lines', '{"a":1}\n\n{ "b": 2 }\n'],
    ['JSON by lines without a last end', '{"a":1}\n{"b":2}'],
    ['text', 'nothing\r\nof interest\n'],
    ['nothing', ''],
  ])('%s without secrets stays as it is', (_name, text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps JSON JSON', () => {
    const text = JSON.stringify({ a: [`x ${SECRET}`], password: 'abcdefg' });
    expect(JSON.parse(redact(text))).toEqual({ a: ['x ***'], password: '***' });
  });

  it('keeps lines of JSON lines, and those without secrets as they are', () => {
    const text = `{ "a": 1 }\n${JSON.stringify({ b: SECRET })}\n`;
    expect(redact(text)).toBe('{ "a": 1 }\n{"b":"***"}\n');
  });

  test.each([
    ['a name twice', `{"a":${JSON.stringify(SECRET)},"a":"x"}`],
    ['a mark before it', `\ufeff{"a":${JSON.stringify(SECRET)}}`],
    ['a line of text among lines', `{"a":1}\nx ${SECRET}\n`],
    ['a string alone', JSON.stringify(SECRET)],
    ['cut off', `{"a":${JSON.stringify(SECRET)}`],
  ])('JSON with %s is text', (_name, text) => {
    const clean = redact(text);
    expect(clean).toContain('***');
    expect(clean).not.toContain('s3cr3t');
  });
});
