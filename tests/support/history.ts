import fc from 'fast-check';

/** Modules of a history: two share a project, one has its own. */
export const HISTORY_MODULES = ['left', 'right', 'alone'] as const;

export type HistoryModule = (typeof HISTORY_MODULES)[number];

/** What somebody commits. */
export const EDITS = [
  'bound-file',
  'folder-file',
  'env-file',
  'config-file',
  'image-tag',
  'compose-key',
  'replicas',
  'add-service',
  'remove-service',
  'rename-file',
  'unmounted-file',
  'break-start',
  'break-health',
  'break-exit',
  'mend',
  'revert',
] as const;

/** What somebody does on the host, past every gate. */
export const MEDDLINGS = [
  'stop',
  'kill',
  'pause',
  'remove',
  'rename',
  'move-tag',
  'edit-release',
] as const;

export type EditKind = (typeof EDITS)[number];
export type MeddlingKind = (typeof MEDDLINGS)[number];

export interface Deed {
  readonly module: HistoryModule;
  readonly kind: EditKind | MeddlingKind;
  /** Chooses among what there is at that time. */
  readonly pick: number;
}

/** What is done before the lane runs again, and how it is made to run. */
export interface HistoryStep {
  readonly deeds: readonly Deed[];
  /** `lost`: the forge drops the run of this push. */
  readonly run: 'push' | 'dispatch' | 'lost';
}

export type History = readonly HistoryStep[];

const deed: fc.Arbitrary<Deed> = fc.record({
  module: fc.constantFrom(...HISTORY_MODULES),
  kind: fc.oneof(
    { arbitrary: fc.constantFrom(...EDITS), weight: 3 },
    { arbitrary: fc.constantFrom(...MEDDLINGS), weight: 1 },
  ),
  pick: fc.nat(1000),
});

const history: fc.Arbitrary<History> = fc.array(
  fc.record({
    deeds: fc.array(deed, { minLength: 1, maxLength: 4 }),
    run: fc.constantFrom('push', 'push', 'push', 'dispatch', 'lost'),
  }),
  { minLength: 3, maxLength: 5 },
);

/** The same seed gives the same history. */
export function makeHistory(seed: number): History {
  const [made] = fc.sample(history, { seed, numRuns: 1 });
  if (made === undefined) throw new Error('no history was made');
  return made;
}
