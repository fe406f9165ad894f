import { describe, expect, test } from 'vitest';
import { finding } from '../model/verdict.ts';
import {
  type IfNoFilesFound,
  judgeUpload,
  type UploadOutcome,
} from './judge-upload.ts';

const OUTCOMES: Readonly<Record<string, UploadOutcome>> = {
  absent: { kind: 'absent', why: 'x' },
  empty: { kind: 'empty' },
  failed: { kind: 'failed', message: 'x' },
  same: { kind: 'uploaded', comparison: { kind: 'same', by: 'digest' } },
  unknown: { kind: 'uploaded', comparison: { kind: 'unknown', why: 'x' } },
  different: { kind: 'uploaded', comparison: { kind: 'different', how: 'x' } },
};

function judge(
  outcome: string,
  ifNoFilesFound: IfNoFilesFound = 'warn',
  missing: readonly string[] = [],
) {
  const { decision, code, findings } = judgeUpload(
    { gate: 'state-artifact-upload', sha: '' },
    {
      name: 'n',
      outcome: OUTCOMES[outcome] ?? { kind: 'empty' },
      missing,
      ifNoFilesFound,
      notes: [finding('artifact/left-out', 'x')],
      evidence: {},
    },
  );
  return [decision, code, findings.map((each) => each.code)];
}

const LEFT = 'artifact/left-out';
const NOTHING = 'artifact/nothing-found';

describe('judgeUpload', () => {
  test.each([
    ['absent', 'artifact/unavailable'],
    ['failed', 'artifact/not-uploaded'],
    ['same', 'artifact/uploaded'],
    ['unknown', 'artifact/unconfirmed'],
  ])('%s refuses nothing', (outcome, code) => {
    expect(judge(outcome)).toEqual(['pass', code, [LEFT]]);
  });

  test('different is a refusal', () => {
    const code = 'evidence/artifact-differs';
    expect(judge('different')).toEqual(['refuse', code, [code, LEFT]]);
  });

  test.each([
    ['empty', [], 'warn', 'pass', NOTHING, [NOTHING, LEFT]],
    ['empty', [], 'ignore', 'pass', NOTHING, [LEFT]],
    [
      'empty',
      [],
      'error',
      'refuse',
      'artifact/missing',
      ['artifact/missing', LEFT],
    ],
    ['same', ['*.x'], 'warn', 'pass', 'artifact/uploaded', [NOTHING, LEFT]],
    ['same', ['*.x'], 'ignore', 'pass', 'artifact/uploaded', [LEFT]],
    [
      'same',
      ['*.x'],
      'error',
      'refuse',
      'artifact/missing',
      ['artifact/missing', LEFT],
    ],
  ] as const)(
    '%s with %j missing, %s: %s',
    (outcome, missing, wanted, ...expected) => {
      expect(judge(outcome, wanted, missing)).toEqual(expected);
    },
  );
});
