const HEAD = '# What the host keeps, and git must not (apply-gates init).';

/** The file with lines for paths added at its end; no line is touched. */
export function addIgnoredPaths(
  text: string,
  paths: readonly string[],
): string {
  const present = new Set(text.split('\n').map((line) => line.trimEnd()));
  const lines = paths.map(patternOf).filter((line) => !present.has(line));
  if (lines.length === 0) return text;
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const head = present.has(HEAD) ? [] : [HEAD];
  return `${start}${[...head, ...lines].join('\n')}\n`;
}

/** From the root, and as it is written: no character of it is a pattern. */
function patternOf(path: string): string {
  const escaped = path.replace(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ');
  return `/${escaped}`;
}
