import * as z from 'zod';
import { moduleIdSchema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { runIdentitySchema } from './status.ts';

const scopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('host'), name: moduleIdSchema }),
  z.strictObject({ kind: z.literal('module'), name: moduleIdSchema }),
]);

/** What must not be applied: one module, what lives on a host, or anything. */
export type FreezeScope = z.output<typeof scopeSchema>;

/** A file below `state/freezes/` on the state branch. */
export const freezeSchema = z.strictObject({
  schema: z.literal(1),
  scope: scopeSchema,
  reason: z.string().min(1).max(1000),
  /** Account of the event, never the author of a commit. */
  author: z.string().min(1).max(255),
  since: timestampSchema,
  /** From then on it does not count; null until somebody lifts it. */
  until: timestampSchema.nullable(),
  source: z.enum(['person', 'rollback']),
  run: runIdentitySchema,
});

export type Freeze = z.output<typeof freezeSchema>;

/** A freeze as it was found; an unreadable one counts for what it is named. */
export type FreezeRecord =
  | { readonly kind: 'read'; readonly path: string; readonly freeze: Freeze }
  | {
      readonly kind: 'unreadable';
      readonly path: string;
      readonly scope: FreezeScope;
      readonly why: string;
    };

export const FREEZE_FOLDER = 'state/freezes/';

/** Where the freeze of a scope is kept on the state branch. */
export function freezePath(scope: FreezeScope): string {
  return scope.kind === 'all'
    ? `${FREEZE_FOLDER}all.json`
    : `${FREEZE_FOLDER}${scope.kind}s/${scope.name}.json`;
}

/** What a file is a freeze of by its name; of everything where that is odd. */
export function scopeOfPath(path: string): FreezeScope {
  const match = /^state\/freezes\/(host|module)s\/([^/]+)\.json$/.exec(path);
  const name = moduleIdSchema.safeParse(match?.[2]);
  return match && name.success
    ? { kind: match[1] === 'host' ? 'host' : 'module', name: name.data }
    : { kind: 'all' };
}

/** The scope in words, such as `the module web`. */
export function describeScope(scope: FreezeScope): string {
  return scope.kind === 'all'
    ? 'everything'
    : `the ${scope.kind} ${scope.name}`;
}
