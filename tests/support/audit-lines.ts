import type { Checkpoint } from '../../src/audit/checkpoint.ts';
import { type Genesis, logIdOf } from '../../src/audit/genesis.ts';
import { hashLine, NO_PREVIOUS } from '../../src/audit/line-hash.ts';
import type { LogReport } from '../../src/audit/log-report.ts';
import { renderLine } from '../../src/audit/render-line.ts';
import { type LogVerification, verifyLog } from '../../src/audit/verify-log.ts';
import type { AuditEntry } from '../../src/model/audit-entry.ts';

export const SOME_GENESIS: Genesis = {
  repository: 'forge.example/ops/platform',
  id: '0123456789abcdef0123456789abcdef',
};

const RUN = { id: '7', number: '7', attempt: '1', url: '' };

type Draft = Pick<AuditEntry, 'kind' | 'body'> & Partial<AuditEntry>;

/** Lines of a log as it would be written: a genesis, then the drafts. */
export function makeLines(
  drafts: readonly Draft[],
  genesis: Genesis = SOME_GENESIS,
): string[] {
  const log = logIdOf(genesis);
  const lines: string[] = [];
  let prev = NO_PREVIOUS;
  const all = [{ kind: 'note', body: { genesis } }, ...drafts];
  for (const [seq, draft] of all.entries()) {
    const time = new Date(Date.UTC(2026, 4, 16, 11, 0, seq)).toISOString();
    const stamp = {
      v: 1,
      log,
      seq,
      prev,
      time,
      run: RUN,
      fence: null,
    } as const;
    const line = renderLine({ ...stamp, ...draft });
    prev = hashLine(line);
    lines.push(line);
  }
  return lines;
}

/** Drafts that differ. */
export function someDrafts(count: number): Draft[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: index % 2 === 0 ? 'intent' : 'result',
    body: { module: `web-${index}`, note: 'größer \u2028 😀 "quoted"' },
  }));
}

/** The checkpoint of the first lines. */
export function checkpointOf(lines: readonly string[]): Checkpoint {
  const last = lines.at(-1) ?? '';
  return {
    log: JSON.parse(last).log,
    size: lines.length,
    head: hashLine(last),
  };
}

/** Verifies bytes as one file, in chunks of a size. */
export function verifyBytes(
  bytes: Buffer | string,
  checkpoints: readonly Checkpoint[],
  more: Partial<LogVerification> & { readonly chunk?: number } = {},
): Promise<LogReport> {
  const { chunk = 1_000, ...over } = more;
  return verifyLog({
    files: [{ name: 'log', chunks: cut(Buffer.from(bytes), chunk) }],
    checkpoints,
    from: 'genesis',
    visit: () => {},
    progress: () => {},
    ...over,
  });
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
