/** Accounts under which the forges' own automation speaks. */
const AUTOMATION = [
  'actions-user',
  'forgejo-actions',
  'gitea-actions',
  'github-actions',
  '*[bot]',
];

/**
 * True for an account that is never a person: the forges' automation, and
 * what `approval.not_counted` names. Names differ from forge to forge in case
 * only by accident, so case does not count; only `*` is special.
 */
export function isMachineAccount(
  name: string,
  notCounted: readonly string[],
): boolean {
  return [...AUTOMATION, ...notCounted].some((pattern) =>
    matches(pattern.toLowerCase(), name.toLowerCase()),
  );
}

/** Greedy from the left, so that no pattern costs more than its length. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
