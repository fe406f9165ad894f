/** Forgejo's runner reads these files with a line limit and checks nothing. */
const FORGEJO_MAX_LINE_BYTES = 64 * 1024;

/**
 * The values a runner takes from GITHUB_OUTPUT and its like. Follows GitHub's
 * reader and throws where it, or the one of Forgejo, would fail.
 */
export function parseCommandFile(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name, delimiter] = /^([^=]*?)<<(.+)$/.exec(line) ?? [];
    if (name === undefined || delimiter === undefined) {
      throw new Error(`not a heredoc: ${line}`);
    }
    const end = lines.indexOf(delimiter, index + 1);
    if (end === -1) throw new Error(`delimiter of ${name} not found`);
    const body = lines.slice(index + 1, end);
    if (body.some((each) => Buffer.byteLength(each) >= FORGEJO_MAX_LINE_BYTES))
      throw new Error(`${name} is too long for Forgejo`);
    values[name] = body.join('\n');
    index = end;
  }
  return values;
}

/** Workflow commands in a log, as the runners of GitHub and Forgejo see them. */
export function workflowCommands(log: string): string[] {
  return log
    .split(/\r\n|\r|\n/)
    .filter(
      (line) =>
        /^\s*::[^ :]+(?: .*)?::/u.test(line) || /##\[[^\]]+\]/u.test(line),
    );
}
