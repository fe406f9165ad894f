import * as z from 'zod';
import { parseDuration } from '../model/duration.ts';
import { ActionError } from '../model/errors.ts';
import { isContainedPath, isModuleId } from '../model/identifiers.ts';
import type { RawInputs } from './step.ts';

/** Far above any limit of a policy; keeps hostile lists from costing time. */
const MAX_MODULES = 10_000;
const MAX_QUOTED_CHARACTERS = 200;

/**
 * A form: what the text of an input may look like, as one `z.string()` piped
 * into a transformation that names the allowed forms where it refuses.
 */
function form<Value>(
  allowed: string,
  parse: (text: string) => Value | undefined,
) {
  return z
    .string({ error: `is required; give ${allowed}` })
    .transform((text, context): Value => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    });
}

/** Exactly `true` or `false`; `True`, `1`, `yes` and ` true` are errors. */
export const booleanForm = form("'true' or 'false'", (text) => {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
});

/** A JSON array of module ids, each once; an empty list is a list. */
export const moduleListForm = form(
  'a JSON array of module ids without duplicates, such as ["web","db"]',
  (text) => {
    const ids = parseJson(text);
    if (!Array.isArray(ids) || ids.length > MAX_MODULES) return undefined;
    const known = ids.filter(
      (id): id is string => typeof id === 'string' && isModuleId(id),
    );
    const whole = known.length === ids.length;
    return whole && new Set(known).size === ids.length ? known : undefined;
  },
);

/** One module id. */
export const moduleIdForm = form(
  'a module id (^[a-z0-9][a-z0-9-]{0,62}$)',
  (text) => (isModuleId(text) ? text : undefined),
);

/** A full commit id in any case, as git writes it. */
export const shaForm = form('a full commit id of 40 hex digits', (text) =>
  /^[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : undefined,
);

/** The digest of a plan. */
export const digestForm = form(
  'a digest such as sha256:<64 hex digits>',
  (text) => (/^sha256:[0-9a-f]{64}$/.test(text) ? text : undefined),
);

/** Resources of a plan, each by its whole name. */
export const resourceListForm = form(
  'a JSON array of resources as the plan names them, such as ["volume/data"]',
  (text) => {
    const names = parseJson(text);
    if (!Array.isArray(names) || names.length > MAX_MODULES) return undefined;
    const known = names.filter(
      (name): name is string => typeof name === 'string' && name !== '',
    );
    return known.length === names.length ? known : undefined;
  },
);

/** The number of a pull request. */
export const numberForm = form('a number such as 142', (text) =>
  /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined,
);

/** Milliseconds of a duration. */
export const durationForm = form(
  'a duration such as 30s, 15m, 24h or 7d',
  parseDuration,
);

/** A path inside the workspace, `.` for the workspace itself. */
export const workspacePathForm = form(
  'a relative path without empty, . or .. segments',
  (text) => {
    if (text === '.' || text === './') return '.';
    const path = text.replace(/^\.\//, '').replace(/\/$/, '');
    return isContainedPath(path) ? path : undefined;
  },
);

/** One of a few words. */
export function choiceForm<const Word extends string>(words: readonly Word[]) {
  return form(words.map((word) => `'${word}'`).join(' or '), (text) =>
    words.find((word) => word === text),
  );
}

/** Any text of bounded length without control characters. */
export const lineForm = form('one line of at most 1000 characters', (text) =>
  /^[^\p{Cc}]{0,1000}$/u.test(text) ? text : undefined,
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An input that was refused. */
interface Problem {
  readonly input: string;
  readonly value: string | null;
  readonly allowed: string;
}

/**
 * Inputs as their schema reads them. All problems are told at once, each with
 * the name, the value and the allowed forms.
 */
export function parseInputs<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  raw: RawInputs,
): z.output<z.ZodObject<Shape>> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue): Problem => {
    const input = issue.path.map(String).join('.');
    return { input, value: quoted(raw[input]), allowed: issue.message };
  });
  throw new ActionError('input/malformed', problems.map(tell).join(' | '), {
    evidence: { problems },
  });
}

function quoted(value: string | undefined): string | null {
  if (value === undefined || value.length <= MAX_QUOTED_CHARACTERS) {
    return value ?? null;
  }
  const rest = value.length - MAX_QUOTED_CHARACTERS;
  return `${value.slice(0, MAX_QUOTED_CHARACTERS)}… (${rest} more)`;
}

function tell({ input, value, allowed }: Problem): string {
  return value === null
    ? `${input}: ${allowed}`
    : `${input}: ${JSON.stringify(value)} is not allowed; give ${allowed}`;
}
