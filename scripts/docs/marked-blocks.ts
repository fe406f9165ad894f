/**
 * Fills `<!-- name-start -->…<!-- name-end -->` with generated text. Both marks
 * must be there: a document that lost them would go stale without a word.
 */
export function fillMarkedBlock(
  document: string,
  name: string,
  content: string,
): string {
  const start = `<!-- ${name}-start -->`;
  const end = `<!-- ${name}-end -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new Error(`the marks ${start} and ${end} are missing`);
  }
  return `${document.slice(0, from + start.length)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}

/** A Markdown table; cells may hold anything but are kept on one line. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join(
    '\n',
  );
}
