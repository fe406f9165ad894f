import { findCredentials } from '../../../redaction/credential-patterns.ts';

/** What stands for a value that is somewhere else; a default would be one. */
const REFERENCE = /\$\{[A-Za-z_]\w*(?::?\?[^}]*\}?|:?-\}|\})|\$[A-Za-z_]\w*/g;

/**
 * The lines of a compose file that hold what looks like a credential. A
 * variable without a default does not, nor does the path of a secret.
 */
export function findInlineCredentials(text: string): readonly number[] {
  const lines = findCredentials(text)
    .filter(({ start, end }) => !isReference(text, start, end))
    .map(({ start }) => text.slice(0, start).split('\n').length);
  return [...new Set(lines)].sort((left, right) => left - right);
}

function isReference(text: string, start: number, end: number): boolean {
  const found = text.slice(start, end);
  // The user of an address is no secret.
  const isAddress = text.slice(0, start).endsWith('://');
  const value = isAddress ? found.replace(/^[^:]*:/, '') : found;
  return (
    /^["'`]?\/run\/secrets\//.test(value) ||
    /^["'`\]},;]*$/.test(value.replace(REFERENCE, ''))
  );
}
