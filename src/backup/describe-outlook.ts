import { printable } from '../model/printable.ts';
import type { BackupOutlook } from './look-at-backup.ts';

/** What a backup would read and write, for a person. */
export function describeOutlook(outlook: BackupOutlook): readonly string[] {
  const { containers, expected, refusal } = outlook;
  const lines = [
    ['class', `${outlook.class} (${outlook.consistency})`],
    ['container', containers.join(', ') || 'none'],
    ...outlook.reads.map((each) => ['reads', each] as const),
    ['writes', outlook.writes],
    ['at most', expected === null ? 'not known before' : megabytes(expected)],
    ['free', megabytes(outlook.free)],
  ] as const;
  return [
    `${outlook.module}: ${refusal ? `not ready, ${refusal.code}: ${refusal.reason}` : 'ready'}`,
    ...lines
      .filter(([, value]) => value !== '' && outlook.writes !== '')
      .map(([name, value]) => `  ${name.padEnd(10)} ${printable(value)}`),
  ];
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
