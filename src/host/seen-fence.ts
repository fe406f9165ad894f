/**
 * The highest fence that the host has seen, 0 where none came there; undefined
 * where it cannot say.
 */
export function seenFence(
  fields: ReadonlyMap<string, Buffer>,
): number | undefined {
  const text = fields.get('fence')?.toString('latin1');
  if (text === '') return 0;
  return text !== undefined && /^[0-9]{1,15}$/.test(text)
    ? Number(text)
    : undefined;
}
