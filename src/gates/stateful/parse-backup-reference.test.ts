import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { BACKUP_SUFFIXES } from '../../model/backup-name.ts';
import { formatConfirmation, isConfirmation } from './confirmation.ts';
import {
  formatBackupReference,
  parseBackupReference,
} from './parse-backup-reference.ts';

const EXPECTED = {
  module: 'app',
  backupRoot: '/srv/backups',
  now: new Date('2026-05-16T12:00:00Z'),
  maxAgeMs: 3_600_000,
};
const codesOf = (text: string | undefined, changes = {}) =>
  parseBackupReference(text, { ...EXPECTED, ...changes }).problems.map(
    ({ code }) => code,
  );
const INVALID = ['stateful/backup-ref-invalid'];
const moduleId = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

describe('a backup reference', () => {
  test.each([
    ['nothing', '', INVALID],
    ['another root', '/srv/backups2/app-20260516T115900Z.tar', INVALID],
    [
      'a root with a doubled slash',
      '/srv//backups/app-20260516T115900Z.tar',
      INVALID,
    ],
    ['a way out', '/srv/backups/../backups/app-20260516T115900Z.tar', INVALID],
    ['a folder below', '/srv/backups/x/app-20260516T115900Z.tar', INVALID],
    ['a relative path', 'app-20260516T115900Z.tar', INVALID],
    ['no stamp', '/srv/backups/app.tar', INVALID],
    ['a stamp without Z', '/srv/backups/app-20260516T115900.tar', INVALID],
    ['a lower-case stamp', '/srv/backups/app-20260516t115900z.tar', INVALID],
    ['an upper-case id', '/srv/backups/App-20260516T115900Z.tar', INVALID],
    [
      'digits of another script',
      '/srv/backups/app-２0260516T115900Z.tar',
      INVALID,
    ],
    ['an unknown suffix', '/srv/backups/app-20260516T115900Z.tgz', INVALID],
    [
      'a suffix that goes on',
      '/srv/backups/app-20260516T115900Z.tar.gz.txt',
      INVALID,
    ],
    [
      'any character for the dot',
      '/srv/backups/app-20260516T115900Z.tarxgz',
      INVALID,
    ],
    [
      'a line feed at the end',
      '/srv/backups/app-20260516T115900Z.tar\n',
      INVALID,
    ],
    ['a blank before', ' /srv/backups/app-20260516T115900Z.tar', INVALID],
    ['month 13', '/srv/backups/app-20261316T115900Z.tar', INVALID],
    [
      'the 29th of February in a common year',
      '/srv/backups/app-20250229T115900Z.tar',
      INVALID,
    ],
    ['hour 24', '/srv/backups/app-20260515T240000Z.tar', INVALID],
    ['a leap second', '/srv/backups/app-20260516T115960Z.tar', INVALID],
    ['a second ahead', '/srv/backups/app-20260516T120001Z.tar', INVALID],
    ['this very second', '/srv/backups/app-20260516T120000Z.tar', []],
    ['exactly max_age old', '/srv/backups/app-20260516T110000Z.tar', []],
    [
      'a second older',
      '/srv/backups/app-20260516T105959Z.tar',
      ['stateful/backup-stale'],
    ],
    [
      'a longer id that begins the same',
      '/srv/backups/app-db-20260516T115900Z.tar',
      ['stateful/backup-ref-other-module'],
    ],
    [
      'a shorter id',
      '/srv/backups/ap-20260516T115900Z.tar',
      ['stateful/backup-ref-other-module'],
    ],
  ])('with %s', (_, text, expected) => {
    expect(codesOf(text)).toEqual(expected);
  });

  it('is missing where nothing was given', () => {
    expect(codesOf(undefined)).toEqual(['stateful/backup-ref-missing']);
  });

  it('holds for a module whose id has hyphens and digits', () => {
    const path = '/srv/backups/app-20260101-db-20260516T115900Z.tar';
    expect(codesOf(path, { module: 'app-20260101-db' })).toEqual([]);
  });

  test.each(BACKUP_SUFFIXES)('may end in %s', (suffix) => {
    const text = formatBackupReference(EXPECTED, EXPECTED.now, suffix);
    expect(codesOf(text)).toEqual([]);
  });

  it('belongs to exactly the module it was made for', () => {
    fc.assert(
      fc.property(moduleId, moduleId, (asked, made) => {
        const text = formatBackupReference(
          { ...EXPECTED, module: made },
          EXPECTED.now,
          'tar',
        );
        const reserved = ['constructor', 'prototype'].includes(made);
        fc.pre(!reserved);
        expect(codesOf(text, { module: asked })).toEqual(
          asked === made ? [] : ['stateful/backup-ref-other-module'],
        );
      }),
    );
  });

  it('never holds once any character of it was changed', () => {
    const right = formatBackupReference(EXPECTED, EXPECTED.now, 'tar.gz');
    const stamp = /[0-9]{8}T[0-9]{6}/;
    fc.assert(
      fc.property(
        fc.nat(right.length - 1),
        fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
        (at, inserted) => {
          const text = right.slice(0, at) + inserted + right.slice(at + 1);
          // Another real and recent time is another right reference.
          fc.pre(text.replace(stamp, '') !== right.replace(stamp, ''));
          expect(codesOf(text)).not.toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never throws, whatever is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codesOf(`/srv/backups/${text}`)).not.toEqual([]);
      }),
    );
  });
});

describe('a confirmation', () => {
  const sha = fc.stringMatching(/^[0-9a-f]{40}$/);

  it('is any prefix of the commit from 7 digits on', () => {
    fc.assert(
      fc.property(
        moduleId,
        sha,
        fc.integer({ min: 0, max: 40 }),
        (id, commit, length) => {
          const line = `apply ${id} ${commit.slice(0, length)}`;
          expect(isConfirmation(line, id, commit)).toBe(length >= 7);
        },
      ),
    );
  });

  it('is the line that the refusal prints, and nothing beside it', () => {
    fc.assert(
      fc.property(
        moduleId,
        sha,
        fc.string({ minLength: 1 }),
        (id, commit, more) => {
          const line = formatConfirmation(id, commit);
          expect(isConfirmation(line, id, commit)).toBe(true);
          expect(isConfirmation(more + line, id, commit)).toBe(false);
          fc.pre(!commit.startsWith(commit.slice(0, 7) + more));
          expect(isConfirmation(line + more, id, commit)).toBe(false);
        },
      ),
    );
  });
});
