import { Ajv, type ValidateFunction } from 'ajv';
import {
  type DocumentName,
  documentSchema,
} from '../../src/model/document-schema.ts';
import { readYaml } from '../../src/model/yaml.ts';

const compiled = new Map<DocumentName, ValidateFunction>();

/** What an editor finds wrong with a value of a document; empty for nothing. */
export function editorComplaints(name: DocumentName, value: unknown): string[] {
  const check = compiled.get(name) ?? compile(name);
  compiled.set(name, check);
  if (check(value)) return [];
  return (check.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath}: ${message}`,
  );
}

/** Whether an editor finds nothing wrong with a text; YAML is what we read. */
export function editorAccepts(name: DocumentName, text: string): boolean {
  const read = readYaml('document.yaml', text);
  return read.ok && editorComplaints(name, read.value.value).length === 0;
}

function compile(name: DocumentName): ValidateFunction {
  const editor = new Ajv({
    allErrors: true,
    strict: true,
    // A condition says what of an object that was described above it.
    strictRequired: false,
    strictTypes: false,
    keywords: ['patternErrorMessage'],
  });
  return editor.compile(documentSchema(name));
}
