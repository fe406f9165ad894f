import { notify } from '../../adapters/forge/notify.ts';
import type { Finding } from '../../model/verdict.ts';
import { oneLine } from '../../report/one-line.ts';
import type { Ports } from '../step.ts';
import type { ReconcileInputs } from './inputs.ts';

/** Lines of one message; the rest is in the log of the run. */
const MAX_LINES = 20;

/** Tells a phone where there is one. A message that is lost stops nothing. */
export async function tellNews(
  news: readonly Finding[],
  { ntfyUrl, dryRun }: ReconcileInputs,
  { clock, context, print }: Ports,
): Promise<void> {
  if (ntfyUrl === undefined || news.length === 0 || dryRun) return;
  const lines = news
    .slice(0, MAX_LINES)
    .map(({ code, reason }) => oneLine(`${code}: ${reason}`));
  const text = [...lines, context.identity.url].join('\n');
  try {
    await notify({ url: ntfyUrl, title: 'apply-gates reconcile', text }, clock);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    print(`warning: report/not-told: ntfy: ${oneLine(why)}`);
  }
}
