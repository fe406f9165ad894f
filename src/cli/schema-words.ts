import type { JsonSchema } from '../model/document-schema.ts';

/** The schema of what is at a path; undefined for a key that there is not. */
export function schemaAt(
  schema: JsonSchema,
  path: readonly PropertyKey[],
): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>(
    (at, part) => at && childOf(at, part),
    schema,
  );
}

function childOf(
  { properties, additionalProperties, items }: JsonSchema,
  part: PropertyKey,
): JsonSchema | undefined {
  const own = Object.hasOwn(properties ?? {}, part)
    ? properties?.[String(part)]
    : undefined;
  const child = typeof part === 'number' ? items : own;
  const found = child ?? additionalProperties;
  return typeof found === 'object' && !Array.isArray(found) ? found : undefined;
}

/** What may be written, in a few words. */
export function describeAllowed(schema: JsonSchema | undefined): string {
  if (schema === undefined) return '';
  const { type, properties, items, minimum, maximum } = schema;
  if (schema.const !== undefined) return String(schema.const) || 'empty';
  if (schema.enum) return schema.enum.join(', ');
  if (schema.anyOf) {
    return schema.anyOf
      .flatMap((each) =>
        typeof each === 'object' ? describeAllowed(each) : [],
      )
      .join('; or ');
  }
  if (type === 'boolean') return 'true or false';
  if (type === 'integer') {
    const end = maximum === undefined ? 'or more' : `to ${maximum}`;
    return `a whole number, ${minimum} ${end}`;
  }
  if (type === 'array') {
    return typeof items === 'object' && !Array.isArray(items)
      ? `a list; each: ${describeAllowed(items)}`
      : 'a list';
  }
  if (properties) return `the keys ${Object.keys(properties).join(', ')}`;
  if (type === 'object') return 'names of yours, each with a value';
  return String(schema['patternErrorMessage'] ?? 'text').replace(
    /^must be /,
    '',
  );
}

/**
 * A key with a value that it may have: of what is at the path, else of the
 * closest parent with an example. A key that is not known is taken for the
 * known one that begins most like it.
 */
export function exampleOf(
  schema: JsonSchema,
  path: readonly PropertyKey[],
): Readonly<Record<string, unknown>> {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = schemaAt(schema, path.slice(0, length - 1));
    const written = path[length - 1];
    if (typeof written !== 'string' || !parent) continue;
    const key = closestKey(Object.keys(parent.properties ?? {}), written);
    const value = valueFor(schemaAt(parent, [key]));
    if (value !== undefined) return { [key]: value };
  }
  return {};
}

function valueFor(schema: JsonSchema | undefined): unknown {
  const { examples, default: value } = schema ?? {};
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  const isNothing =
    value === '' || (typeof value === 'object' && !Object.keys(value ?? {})[0]);
  return isNothing ? undefined : (value ?? schema?.const ?? schema?.enum?.[0]);
}

function closestKey(known: readonly string[], written: string): string {
  const shared = (key: string) => {
    const at = [...key].findIndex((letter, index) => letter !== written[index]);
    return at < 0 ? key.length : at;
  };
  const closest = known.reduce(
    (best, key) => (shared(key) > shared(best) ? key : best),
    '',
  );
  return known.includes(written) || shared(closest) < 3 ? written : closest;
}
