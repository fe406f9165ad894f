import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** When a commit reached the remote, in seconds that no clock change moves. */
export interface PushMoment {
  readonly commit: string;
  /** Before anybody could see it. */
  readonly before: number;
  /** When everybody could; undefined where the server died with its answer. */
  readonly after: number | undefined;
}

/**
 * Lets a remote note each push that it takes, and, of some of them, lose the
 * answer: the server dies once the branch has moved.
 */
export function notePushes(
  remote: string,
  options: { readonly lost: number },
): void {
  const file = momentsPath(remote);
  const note = (when: string) =>
    `read up idle </proc/uptime; while read old new ref; do echo "${when} $new $up" >>${file}; done`;
  const lose =
    options.lost === 0
      ? ''
      : `[ $(($(od -An -N2 -tu2 /dev/urandom) % 1000)) -ge ${Math.round(options.lost * 1_000)} ] || kill -9 $PPID`;
  write(remote, 'pre-receive', note('before'));
  write(remote, 'post-receive', `${note('after')}\n${lose}`);
}

function write(remote: string, hook: string, script: string): void {
  const path = join(remote, 'hooks', hook);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

export function readPushMoments(remote: string): Map<string, PushMoment> {
  const moments = new Map<string, PushMoment>();
  const file = momentsPath(remote);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const line of text.split('\n').filter(Boolean)) {
    const [when, commit = '', up] = line.split(' ');
    const known = moments.get(commit);
    const before = known?.before ?? Number(up);
    const after = when === 'after' ? Number(up) : known?.after;
    moments.set(commit, { commit, before, after });
  }
  return moments;
}

function momentsPath(remote: string): string {
  return join(remote, 'push-moments');
}
