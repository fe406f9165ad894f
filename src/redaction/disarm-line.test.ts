import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { disarmLine, escapeControls } from './disarm-line.ts';

/** What the runners of GitHub and Forgejo take for a command. */
function isCommand(line: string): boolean {
  return /^\s*::[^ :]+(?: .*)?::/u.test(line) || /##\[[^\]]+\]/u.test(line);
}

/** .NET ends lines at a lone \r too. */
function linesOfRunner(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

const COMMANDS = [
  '::add-mask::x',
  '::stop-commands::token',
  '::set-output name=a::b',
  '::set-env name=PATH::/evil',
  '::error file=a::b',
  '##[add-mask]x',
  '##[group]x',
];

const LEADS = [
  '',
  ' ',
  '\t',
  '\u00a0',
  '\ufeff',
  '\r',
  'x\r',
  '\u001b[2K',
  '\u001b[1G ',
  '\u0000',
  '\u0085',
  '\u2028',
  '\u200b',
  '\u202e',
  'x ',
];

describe('disarmLine', () => {
  test.each(LEADS.flatMap((lead) => COMMANDS.map((command) => lead + command)))(
    'workflow-command-injection: %j is inert',
    (line) => {
      const shown = disarmLine(line);
      expect(linesOfRunner(shown).filter(isCommand)).toEqual([]);
    },
  );

  it('workflow-command-injection: whatever else a host prints', () => {
    const pieces = fc.constantFrom(...LEADS, ...COMMANDS, ':', '#', '[', '\n');
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        const shown = disarmLine(parts.join(''));
        expect(linesOfRunner(shown).filter(isCommand)).toEqual([]);
        expect(shown).toMatch(/^[^\r\n\u001b]*$/u);
      }),
    );
  });

  it('keeps tabs and letters, escapes what hides or moves', () => {
    expect(escapeControls('a\tä 日本\u202e\u001b[31m\u200d\ud800')).toBe(
      'a\tä 日本\\u{202e}\\u{1b}[31m\\u{200d}\\u{d800}',
    );
  });
});
