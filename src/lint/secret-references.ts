/** Every expression inside a text. */
export function expressionsOf(text: string): string[] {
  return [...text.matchAll(/\$\{\{([\s\S]*?)\}\}/g)].map((match) =>
    (match[1] ?? '').trim(),
  );
}

/**
 * Names of the secrets that a part of a workflow reads, in the order of the
 * text; `*` where it reads them by a computed name. The token of the job is
 * none of them: it is there in any case.
 */
export function secretsOf(part: unknown): string[] {
  const text = JSON.stringify(part) ?? '';
  const found = expressionsOf(text).flatMap((expression) => [
    ...[...expression.matchAll(/\bsecrets\s*\.\s*([A-Za-z_][\w-]*)/g)].map(
      (match) => match[1] ?? '',
    ),
    ...(/\bsecrets\s*(?:\[|\)|,|$)/.test(expression) ? ['*'] : []),
  ]);
  // What a called workflow inherits is everything.
  if (/"secrets":"inherit"/.test(text)) found.push('*');
  const own = new Set(['GITHUB_TOKEN', 'FORGEJO_TOKEN', 'GITEA_TOKEN']);
  return [...new Set(found)].filter((name) => !own.has(name.toUpperCase()));
}
