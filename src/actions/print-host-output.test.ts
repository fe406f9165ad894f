import { expect, it } from 'vitest';
import { printHostOutput } from './print-host-output.ts';

function printed(lines: readonly string[]): string[] {
  const seen: string[] = [];
  printHostOutput('site', lines, { print: (line) => seen.push(line) });
  return seen;
}

it('prints what was said, and by whom', () => {
  expect(printed([])).toEqual([]);
  expect(printed(['one', '::error::two'])).toEqual([
    'site | one',
    'site | ::error::two',
  ]);
});

it('prints the end of a flood', () => {
  const lines = Array.from({ length: 500_000 }, (_, index) => `${index}`);
  const seen = printed(lines);
  expect(seen).toHaveLength(1_001);
  expect(seen.at(-1)).toBe('site | 499999');
});
