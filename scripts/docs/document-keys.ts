import type { JsonSchema } from '../../src/model/document-schema.ts';
import { renderTable } from './marked-blocks.ts';

/** Every key of a document with its default and its meaning. */
export function renderDocumentKeys(schema: JsonSchema): string {
  return renderTable(['key', 'default', 'meaning'], [...rowsOf(schema, '')]);
}

function* rowsOf(schema: JsonSchema, prefix: string): Iterable<string[]> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (typeof child !== 'object') continue;
    const name = `${prefix}${key}`;
    const { properties, additionalProperties: each } = child;
    if (properties) yield* rowsOf(child, `${name}.`);
    else if (typeof each === 'object' && each.properties) {
      yield* rowsOf(each, `${name}.<name>.`);
    } else {
      const value = schema.required?.includes(key)
        ? 'required'
        : renderDefault(child.default);
      yield [`\`${name}\``, value, child.description ?? ''];
    }
  }
}

function renderDefault(value: unknown): string {
  if (value === undefined || value === '') return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
