import * as z from 'zod';
import {
  choiceForm,
  lineForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const MAX_PATTERNS = 50;
const MAX_PATTERN_CHARACTERS = 256;
const PATTERNS = `at most ${MAX_PATTERNS} paths or globs of at most ${MAX_PATTERN_CHARACTERS} characters, one on each line or as a JSON array, none that begins with !`;

const schema = z.object({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._+@=-]{0,199}$/,
      'at most 200 letters, digits, blanks and . _ + @ = -, a letter or digit first',
    )
    .optional(),
  paths: z
    .string()
    .transform((text, context) => {
      const patterns = parsePatterns(text);
      if (patterns) return patterns;
      context.addIssue({ code: 'custom', message: PATTERNS });
      return z.NEVER;
    })
    .optional(),
  'if-no-files-found': choiceForm(['error', 'warn', 'ignore']),
  'retention-days': z
    .string()
    .regex(/^(?:[1-9]|[1-9]\d|[1-3]\d\d|400)$/, 'whole days from 1 to 400')
    .transform(Number)
    .optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type StateArtifactInputs = ReturnType<typeof parseStateArtifactInputs>;

export function parseStateArtifactInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    /** Undefined: named after the pull request or the run. */
    name: inputs.name,
    paths: inputs.paths ?? [],
    ifNoFilesFound: inputs['if-no-files-found'],
    retentionDays: inputs['retention-days'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
  };
}

function parsePatterns(text: string): readonly string[] | undefined {
  const patterns = text.trimStart().startsWith('[')
    ? parseList(text)
    : text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
  const fit = patterns?.every(
    (pattern) =>
      pattern !== '' &&
      pattern.length <= MAX_PATTERN_CHARACTERS &&
      !pattern.startsWith('!') &&
      !/\p{Cc}/u.test(pattern),
  );
  return fit && patterns && patterns.length <= MAX_PATTERNS
    ? patterns
    : undefined;
}

function parseList(text: string): string[] | undefined {
  try {
    const list = z.array(z.string()).safeParse(JSON.parse(text));
    return list.success ? list.data : undefined;
  } catch {
    return undefined;
  }
}
