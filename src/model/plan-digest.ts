import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * `sha256:<hex>` over the RFC 8785 form of a plan document without `digest`,
 * `created_at` and `health`. Takes the document as it stands in the file, so
 * that an added key changes the digest too.
 */
export function planDigest(
  document: Readonly<Record<string, unknown>>,
): string {
  const { digest: _, created_at: __, health: ___, ...bound } = document;
  const text = canonicalize(bound);
  if (text === undefined) throw new TypeError('a plan must be a JSON object');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
