import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { ActionError } from '../model/errors.ts';
import {
  booleanForm,
  choiceForm,
  durationForm,
  lineForm,
  moduleIdForm,
  moduleListForm,
  parseInputs,
  shaForm,
  workspacePathForm,
} from './input-forms.ts';

const SHA = 'ab'.repeat(20);

const forms = {
  boolean: booleanForm,
  choice: choiceForm(['fail', 'report']),
  duration: durationForm,
  line: lineForm,
  module: moduleIdForm,
  modules: moduleListForm,
  path: workspacePathForm,
  sha: shaForm,
};

function problemsOf(name: keyof typeof forms, text: string): unknown {
  try {
    parseInputs(z.object({ given: forms[name] }), { given: text });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return [error.code, error.evidence['problems']];
  }
}

describe('input forms', () => {
  test.each([
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['choice', 'report', 'report'],
    ['duration', '15m', 900_000],
    ['line', 'why not, ä?', 'why not, ä?'],
    ['module', 'web', 'web'],
    ['modules', '[]', []],
    ['modules', ' ["web", "db"]\n', ['web', 'db']],
    ['path', '.', '.'],
    ['path', './platform/', 'platform'],
    ['path', '.platform/gates.yaml', '.platform/gates.yaml'],
    ['sha', SHA.toUpperCase(), SHA],
  ] as const)('%s reads %j', (name, text, value) => {
    const parsed = parseInputs(z.object({ given: forms[name] }), {
      given: text,
    });
    expect(parsed.given).toEqual(value);
  });

  test.each([
    ...['True', 'TRUE', '1', '0', 'yes', 'on', ' true', 'true\n', 'null'].map(
      (text) => ['boolean', text] as const,
    ),
    ['choice', 'Fail'],
    ['duration', '0s'],
    ['duration', '1 h'],
    ['line', 'a\nb'],
    ['line', 'a'.repeat(1_001)],
    ['module', '../etc'],
    ['module', '__proto__'],
    ['module', 'wеb'],
    ['modules', 'web'],
    ['modules', '{"0":"web","length":1}'],
    ['modules', '["web","web"]'],
    ['modules', '["web",1]'],
    ['modules', '["constructor"]'],
    ['modules', '[["web"]]'],
    ['modules', '@/etc/passwd'],
    ['path', '../x'],
    ['path', '/etc'],
    ['path', 'a//b'],
    ['path', 'a\\b'],
    ['path', ''],
    ['sha', SHA.slice(1)],
    ['sha', `${SHA}\n`],
    ['sha', 'refs/heads/main'],
  ] as const)('dispatch-forged: %s refuses %j', (name, text) => {
    expect(problemsOf(name, text)).toEqual([
      'input/malformed',
      [
        {
          input: 'given',
          value: expect.any(String),
          allowed: expect.any(String),
        },
      ],
    ]);
  });

  it('tells all problems at once, with name, value and allowed forms', () => {
    const schema = z.object({
      'allow-stateful': booleanForm,
      sha: shaForm,
      modules: moduleListForm,
    });
    const attempt = () =>
      parseInputs(schema, { 'allow-stateful': 'True', sha: 'x' });
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'input/malformed',
        evidence: {
          problems: [
            expect.objectContaining({ input: 'allow-stateful', value: 'True' }),
            expect.objectContaining({ input: 'sha', value: 'x' }),
            expect.objectContaining({ input: 'modules', value: null }),
          ],
        },
      }),
    );
  });

  it('quotes a huge value only in part', () => {
    expect(
      JSON.stringify(problemsOf('sha', 'x'.repeat(1e6))).length,
    ).toBeLessThan(1_000);
  });

  it('ignores inputs that the schema does not know', () => {
    const raw = { sha: SHA, policy: 'x' };
    expect(parseInputs(z.object({ sha: shaForm }), raw)).toEqual({ sha: SHA });
  });
});
