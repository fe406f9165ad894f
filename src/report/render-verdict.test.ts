import { describe, expect, it, test } from 'vitest';
import { finding, passVerdict, refuseVerdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { renderVerdictLines } from './render-verdict-lines.ts';
import { renderVerdictTable } from './render-verdict-table.ts';

const subject = { gate: 'stateful-gate', sha: 'a'.repeat(40) };
const plain = { colour: false };

const refused = refuseVerdict(subject, [
  finding('stateful/blocked', 'db is stateful', {
    module: 'db',
    remedy: 'Paste this',
  }),
  finding('stateful/not-single', 'two were asked for'),
]);

const passed = passVerdict(subject, 'stateful/none', 'None is stateful', {
  modules: ['web', 'blog'],
});

const hostile = refuseVerdict(subject, [
  finding('stateful/blocked', 'a\n::error::b\u001b[2K\u202e|<b>@me ##[x] #1', {
    module: 'd\nb',
    remedy: '`rm` [x](http://y) **z**\r\n| a |',
  }),
]);

describe('renderVerdictLines', () => {
  it('is one line for a verdict and one for each further finding', () => {
    expect(renderVerdictLines(refused, plain)).toEqual([
      'refuse stateful-gate stateful/blocked: db is stateful Next: Paste this',
      expect.stringMatching(/^ {2}- stateful\/not-single: two were asked for/),
    ]);
  });

  it('does not say the same twice', () => {
    const single = refuseVerdict(subject, [finding('git/unavailable', 'no')]);
    expect(renderVerdictLines(single, plain)).toHaveLength(1);
  });

  it('leaves out a remedy that nobody needs', () => {
    expect(renderVerdictLines(passed, plain)).toEqual([
      'pass stateful-gate stateful/none: None is stateful',
    ]);
  });

  it('uses colours for a terminal only', () => {
    expect(renderVerdictLines(refused, { colour: true })[0]).toMatch(
      /^\u001b\[31mrefuse\u001b\[0m /,
    );
    expect(renderVerdictLines(refused, plain).join('')).not.toContain('\u001b');
  });

  it('workflow-command-injection: shows text from outside as one line', () => {
    const other = finding('scope/stateful', 'x');
    const findings = [other, ...hostile.findings] as const;
    const lines = renderVerdictLines(refuseVerdict(subject, findings), plain);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(lines.join('\n')).not.toMatch(/^\s*::|##\[/m);
  });
});

describe('renderVerdictTable', () => {
  it('lines up as text', () => {
    expect(renderVerdictTable([passed, refused], 'text').split('\n')).toEqual([
      'gate           decision  code              modules    reason',
      'stateful-gate  pass      stateful/none     web, blog  None is stateful',
      'stateful-gate  refuse    stateful/blocked             db is stateful',
      '                         stateful/blocked  db         db is stateful',
    ]);
  });

  it('is a Markdown table', () => {
    expect(renderVerdictTable([passed], 'markdown')).toBe(
      [
        '| gate | decision | code | modules | reason |',
        '| --- | --- | --- | --- | --- |',
        '| stateful-gate | pass | stateful/none | web, blog | None is stateful |',
        '',
      ].join('\n'),
    );
  });

  it('bounds a cell', () => {
    const modules = Array.from({ length: 10_000 }, (_, index) => `m${index}`);
    const many = passVerdict(subject, 'stateful/none', 'None', { modules });
    for (const form of ['markdown', 'text'] as const) {
      expect(renderVerdictTable([many], form).length).toBeLessThan(2_000);
    }
  });

  it('keeps text from outside in its cell', () => {
    const rows = renderVerdictTable([hostile], 'markdown').trim().split('\n');
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      expect(row.match(/\|/g)).toHaveLength(6);
      expect(row.replaceAll('<!-- -->', '')).not.toMatch(/[<>`*[\]@]/);
    }
  });
});

describe('escapeMarkdown', () => {
  test.each([
    ['plain words, 1 2 3', 'plain words, 1 2 3'],
    ['@me', '&#64;<!-- -->me'],
    ['a|b', 'a&#124;b'],
    ['<script>', '&#60;script&#62;'],
    ['https://x', 'https&#58;//x'],
    ['&amp;', '&#38;amp;'],
    ['a_b_', 'a&#95;b&#95;'],
    ['ä', '&#92;u&#123;e4&#125;'],
  ])('%s', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});
