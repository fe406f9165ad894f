/**
 * What the changelog says of a version, without its heading: the lines below
 * `## [1.2.3] - 2026-01-31`, up to the next heading of that rank.
 */
export function findNotes(
  changelog: string,
  version: string,
): string | undefined {
  const lines = changelog.split('\n');
  const heading = new RegExp(
    `^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`,
  );
  const from = lines.findIndex((line) => heading.test(line));
  if (from < 0) return undefined;
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => /^(?:## |\[)/.test(line));
  const notes = rest.slice(0, to < 0 ? undefined : to).join('\n');
  return notes.trim() || undefined;
}
