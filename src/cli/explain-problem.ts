import { stringify } from 'yaml';
import type { DocumentProblem } from '../model/document-problem.ts';
import { type DocumentName, documentSchema } from '../model/document-schema.ts';
import { readYaml } from '../model/yaml.ts';
import { describeAllowed, exampleOf, schemaAt } from './schema-words.ts';

const MAX_FOUND = 120;

/** A problem as a person needs it who wants to mend it; '' is not known. */
export interface ExplainedProblem extends Omit<DocumentProblem, 'path'> {
  /** What the file has there, as JSON. */
  readonly found: string;
  readonly allowed: string;
  readonly meaning: string;
  /** A line to paste. */
  readonly example: string;
}

/** Says of a problem where it is, what is there, and what may be there. */
export function explainProblem(
  { path: told, ...problem }: DocumentProblem,
  text: string,
  name: DocumentName,
): ExplainedProblem {
  const read = readYaml(problem.file, text);
  if (!read.ok) {
    return { ...problem, found: '', allowed: '', meaning: '', example: '' };
  }
  const path = told ?? problem.key.split('.').filter((part) => part !== '');
  const { value, placeOf, placeOfKey } = read.value;
  const schema = documentSchema(name);
  const here = schemaAt(schema, path);
  const parent = schemaAt(schema, path.slice(0, -1));
  const place = here === undefined ? placeOfKey(path) : placeOf(path);
  const found = valueAt(value, path);
  return {
    ...problem,
    ...place,
    found: found === undefined ? 'nothing' : cut(JSON.stringify(found)),
    allowed: describeAllowed(here ?? parent),
    meaning: here?.description ?? '',
    example: renderExample(exampleOf(schema, path)),
  };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      Object.hasOwn(Object(at), part)
        ? Reflect.get(Object(at), part)
        : undefined,
    value,
  );
}

function cut(text: string): string {
  return text.length > MAX_FOUND ? `${text.slice(0, MAX_FOUND)}…` : text;
}

function renderExample(example: Readonly<Record<string, unknown>>): string {
  return Object.entries(example)
    .map(([key, value]) => {
      const text = stringify(value, {
        collectionStyle: 'flow',
        flowCollectionPadding: false,
        lineWidth: 0,
      });
      return `${key}: ${text.trim()}`;
    })
    .join('');
}
