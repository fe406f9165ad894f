import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Says that a host may be changed, as its operator does before the first apply. */
export function acknowledgeHost(runtimeRoot: string, host: string): void {
  const at = '2026-05-16T11:00:00.000Z';
  const kept = { schema: 1, host, actor: 'ada', reason: 'set up', at };
  mkdirSync(runtimeRoot, { recursive: true });
  const text = `${JSON.stringify(kept)}\n`;
  writeFileSync(join(runtimeRoot, '.acknowledged'), text, { mode: 0o600 });
}
