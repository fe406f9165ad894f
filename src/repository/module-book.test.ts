import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../model/manifest.ts';
import { mayClaimOutside } from './module-book.ts';

const BASE = 'schema: 1\nid: site\nstateful: false\nhost: here\n';

/** True where the parser finds a claim beyond the module's folder. */
function claims(text: string): boolean {
  const result = parseManifest('module.yaml', text, 'site');
  if (!result.ok) return false;
  const { paths, compose } = result.value;
  const files = compose ? [compose.file, ...compose.files] : [];
  return paths.length > 0 || files.some((file) => file.startsWith('/'));
}

describe('mayClaimOutside', () => {
  it.each([
    ['paths', `${BASE}driver: compose\npaths: ["a/**"]\n`],
    ['paths in quotes', `${BASE}driver: compose\n"paths": [a]\n`],
    ['an escaped key', `${BASE}driver: compose\n"p\\u0061ths": [a]\n`],
    ['a rooted file', `${BASE}driver: compose\ncompose:\n  file: /a\n`],
    ['a rooted file in flow', `${BASE}driver: compose\ncompose: {file: /a}\n`],
    ['as JSON', `${BASE}driver: compose\n"compose": {"file":"/a"}\n`],
    [
      'as JSON without quotes',
      `${BASE}driver: compose\n"compose": {"file":/a}\n`,
    ],
    ['in a list', `${BASE}driver: compose\ncompose: {files: [b,/a]}\n`],
    ['in a block list', `${BASE}driver: compose\ncompose:\n  files:\n  - /a\n`],
    [
      'as a block scalar',
      `${BASE}driver: compose\ncompose:\n  file: >-\n    /a\n`,
    ],
    ['behind an anchor', `${BASE}driver: compose\ncompose: {file: &x /a}\n`],
    ['escaped', `${BASE}driver: compose\ncompose: {file: "\\x2fa"}\n`],
    [
      'by an alias',
      `${BASE}driver: compose\nx-a: &x /a\ncompose: {file: *x}\n`,
    ],
  ])('sees %s', (_name, text) => {
    expect(claims(text)).toBe(true);
    expect(mayClaimOutside(text)).toBe(true);
  });

  it('spares a common manifest the parser', () => {
    const text = `${BASE}driver: compose\ncompose: {file: compose.yaml}\nhealth: {http: "http://127.0.0.1:3001/"}\n`;
    expect(mayClaimOutside(text)).toBe(false);
  });

  it('never misses what the parser finds', () => {
    const piece = fc.constantFrom(
      ...['compose', 'file', 'files', 'paths', '"file"', ': ', ':', '/a', 'a'],
      ...['[', ']', '{', '}', ',', ' ', '\n', '\n  ', '- ', '"', "'", '"/a"'],
      ...[
        "'/a'",
        '>-\n    ',
        '|-\n    ',
        '&x ',
        '*x',
        '? ',
        '\t',
        '#',
        '!!str ',
      ],
    );
    const value = fc.array(piece, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(value, value, (compose, more) => {
        const text = `${BASE}driver: compose\ncompose: ${compose}\n${more}\n`;
        if (claims(text)) expect(mayClaimOutside(text)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
