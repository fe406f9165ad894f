import { parseDuration } from '../model/duration.ts';
import { ActionError, InputError } from '../model/errors.ts';
import type { FreezeScope } from '../model/freeze.ts';
import { timestampSchema } from '../model/plan.ts';

interface ScopeWords {
  readonly module?: string | undefined;
  readonly host?: string | undefined;
  readonly all?: boolean | undefined;
}

/** What is meant, from the three ways to name it, of which one is to be used. */
export function parseFreezeScope(words: ScopeWords): FreezeScope {
  const { module, host, all } = words;
  const scopes: FreezeScope[] = [
    ...(module === undefined
      ? []
      : [{ kind: 'module', name: module } as const]),
    ...(host === undefined ? [] : [{ kind: 'host', name: host } as const]),
    ...(all ? [{ kind: 'all' } as const] : []),
  ];
  const [scope] = scopes;
  if (scope && scopes.length === 1) return scope;
  throw new ActionError(
    'input/malformed',
    'Give exactly one of module, host and all',
    { evidence: { ...words } },
  );
}

/** The end of a freeze: so long from now on, or that time; null for none. */
export function parseFreezeUntil(
  {
    change,
    until,
  }: { change: 'freeze' | 'unfreeze'; until?: string | undefined },
  now: Date,
): Date | null {
  if (until === undefined) return null;
  const duration = parseDuration(until);
  const time = timestampSchema.safeParse(until);
  const end =
    duration === undefined
      ? time.success
        ? Date.parse(time.data)
        : undefined
      : now.getTime() + duration;
  if (change === 'freeze' && end !== undefined && end > now.getTime()) {
    return new Date(end);
  }
  throw new InputError(
    'until',
    until,
    'a duration such as 2h, or a time to come such as 2026-05-16T11:00:00Z, with a freeze',
  );
}
