import { describe, expect, it } from 'vitest';
import { isReasonCode, REASONS } from '../../src/model/reason-codes.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
} from '../support/repository-files.ts';

/** What users' repositories rely on: word -> exit status -> codes. */
const PROMISED: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  scope: {
    0: 'eligible nothing-to-apply superseded',
    2: 'no-policy invalid-manifest unknown-module',
    3: 'no-merge-base',
    4: 'stateful opted-out module-removed identity-change unclassified-path control-change too-many-modules too-many-files unsupported-entry history-rewritten',
  },
  stateful: {
    0: 'none armed',
    4: 'blocked not-manual not-single backup-ref-missing backup-ref-invalid backup-ref-other-module backup-stale confirm-mismatch',
  },
  plan: {
    0: 'in-sync drift-allowed',
    3: 'error host-unreachable host-key',
    5: 'drift-refused missing wrong-module malformed digest-mismatch wrong-source expired destructive sacred host-file-missing unmanaged-bind unset-variable build-unsupported remote-include host-access',
  },
  apply: {
    0: 'applied noop',
    7: 'gate-missing plan-changed failed unhealthy rolled-back unknown dependency-failed',
  },
};

const promised = Object.entries(PROMISED).flatMap(([word, exits]) =>
  Object.entries(exits).flatMap(([exit, codes]) =>
    codes.split(' ').map((code) => [`${word}/${code}`, Number(exit)] as const),
  ),
);
const table = Object.entries(REASONS);

describe('the codes users rely on', () => {
  it.each(promised)('%s ends with exit %i', (code, exit) => {
    expect(isReasonCode(code) && REASONS[code].exit).toBe(exit);
  });
});

describe('the table', () => {
  it.each(table)('%s says what happened and what to do', (code, reason) => {
    expect(code).toMatch(/^[a-z]+\/[a-z]+(-[a-z]+)*$/);
    expect(reason.cause).toMatch(/^\S.*[.]$/);
    // 0 and 1 are answers; everything above is a refusal.
    if (reason.exit > 1) expect(reason.remedy).toMatch(/^\S.*[.]$/);
  });
});

describe('the code', () => {
  const words = [...new Set(table.map(([code]) => code.split('/')[0]))];
  const literal = new RegExp(
    `['"\`]((?:${words.join('|')})/[a-z-]+)['"\`]`,
    'g',
  );
  const sources = listRepositoryFiles('src').filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  const used = new Map(
    sources.map((file) => [
      file,
      [...readRepositoryFile(file).matchAll(literal)].flatMap(
        (match) => match[1] ?? [],
      ),
    ]),
  );

  it('writes only codes of the table', () => {
    const unknown = [...used].flatMap(([file, codes]) =>
      codes
        .filter((code) => !isReasonCode(code))
        .map((code) => `${file}: ${code}`),
    );
    expect(unknown).toEqual([]);
  });
});
