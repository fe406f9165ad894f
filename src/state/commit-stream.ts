import type { StateChange } from './state-change.ts';

export interface StateCommit {
  readonly parent: string | undefined;
  /** One line that says what was recorded. */
  readonly message: string;
  /** Makes the commit different from every other writer's. */
  readonly writeId: string;
  readonly time: Date;
  readonly change: StateChange;
}

/** Fixed, so that no name of a machine or account gets into the branch. */
const IDENTITY = 'apply-gates <apply-gates@localhost>';

/**
 * A commit as a `git fast-import` stream: one process makes all objects, and
 * neither an index nor a file on disk is involved. Two writers who record the
 * same text in the same second would make one and the same commit and both
 * believe that it is theirs; the write id keeps them apart.
 */
export function renderCommitStream(commit: StateCommit): Buffer {
  const seconds = Math.floor(commit.time.getTime() / 1_000);
  const message = Buffer.from(
    `${oneLine(commit.message)}\n\nWrite-Id: ${commit.writeId}\n`,
  );
  const parts: (string | Buffer)[] = [
    `commit refs/apply-gates/${commit.writeId}\n`,
    'mark :1\n',
    `committer ${IDENTITY} ${seconds} +0000\n`,
    `data ${message.length}\n`,
    message,
    commit.parent === undefined ? '' : `from ${commit.parent}\n`,
  ];
  for (const [path, text] of commit.change) {
    if (text === null) {
      parts.push(`D ${path}\n`);
      continue;
    }
    const bytes = Buffer.from(text, 'utf8');
    parts.push(`M 100644 inline ${path}\ndata ${bytes.length}\n`, bytes, '\n');
  }
  parts.push('\nget-mark :1\ndone\n');
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
}

function oneLine(text: string): string {
  return text.replace(/[\s\x00-\x1f\x7f]+/g, ' ').slice(0, 500);
}
