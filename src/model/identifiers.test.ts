import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationSchema, parseDuration } from './duration.ts';
import {
  hostPathSchema,
  isContainedPath,
  isModuleId,
  shaSchema,
} from './identifiers.ts';

describe('ids', () => {
  it.each(['a', '0', 'uptime-kuma', 'a'.repeat(63), 'a--b'])(
    '%j is one',
    (id) => {
      expect(isModuleId(id)).toBe(true);
    },
  );

  it.each([
    '',
    '-a',
    'A',
    'a_b',
    'a.b',
    'a/b',
    'a b',
    'a\n',
    'a'.repeat(64),
    '..',
    '__proto__',
    'constructor',
    'prototype',
    '\u0430',
    'a\u200b',
    '\u202ea',
    '$(id)',
    ';id',
    'e\u0301',
  ])('bidi and friends: %j is none', (id) => {
    expect(isModuleId(id)).toBe(false);
  });

  it('an id is a plain word to any shell, and a plain folder', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isModuleId(text)) expect(text).toMatch(/^[a-z0-9-]+$/);
      }),
    );
  });
});

describe('commits', () => {
  it.each([
    '',
    'abc',
    'A'.repeat(40),
    'a'.repeat(39),
    'a'.repeat(41),
    `${'a'.repeat(40)}\n`,
    'HEAD',
  ])('impostor-sha: %j is none', (sha) => {
    expect(shaSchema.safeParse(sha).success).toBe(false);
  });
});

describe('paths', () => {
  it.each(['a', 'a/b', '.a', '...', 'a b', '-x', '$(id)', 'ü'])(
    '%j stays inside',
    (path) => {
      expect(isContainedPath(path)).toBe(true);
    },
  );

  it.each([
    '',
    '/a',
    '..',
    'a/..',
    'a/../b',
    '.',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'a\nb',
    'a\0',
    'a'.repeat(1025),
  ])('`..`: %j does not', (path) => {
    expect(isContainedPath(path)).toBe(false);
  });

  it.each([
    '/',
    '/a/',
    '/a/../b',
    'a',
    '/a b',
    '/a;b',
    '/$(id)',
    '/a\n',
    '//a',
    '/a/./b',
  ])('%j is no path on a host', (path) => {
    expect(hostPathSchema.safeParse(path).success).toBe(false);
  });
});

describe('durations', () => {
  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['999999d', 86_399_913_600_000],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(durationSchema.parse(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '0s',
    '30',
    's',
    '-1s',
    '1.5h',
    '1h30m',
    ' 1s',
    '1s\n',
    '1S',
    '01s',
    '1000000s',
    '1w',
    '٣s',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(durationSchema.safeParse(text).success).toBe(false);
  });
});
