import { usesOf } from '../../init/actions-source.ts';
import { WORKFLOW_FOLDER } from '../../init/forge-kind.ts';
import { quoteText } from '../../init/quote-text.ts';
import { renderColumns } from '../../report/render-columns.ts';
import type { InitPlan } from './make-plan.ts';
import { renderDiff } from './render-diff.ts';
import type { InitSettings } from './settings.ts';
import type { FileChange } from './write-files.ts';

/** The plan for a person, and as --json shows it. */
export async function describePlan(plan: InitPlan, settings: InitSettings) {
  const { changes, kept, modules, notes } = plan;
  const isCopied = ({ path }: FileChange) =>
    settings.source.kind === 'vendored' &&
    path.startsWith(`${settings.source.path}/`);
  const copied = changes.filter(isCopied);
  const diff = await renderDiff(changes.filter((each) => !isCopied(each)));
  const keptDiff = await renderDiff(kept.filter((each) => !isCopied(each)));
  return {
    lines: [
      `forge    ${settings.forge} (${WORKFLOW_FOLDER[settings.forge]})`,
      `actions  ${usesOf('…', settings.source, settings.forge)}`,
      `hosts    ${Object.keys(settings.hosts).join(', ')}`,
      ...(modules.length === 0 ? [] : ['', ...renderModules(plan)]),
      ...modules.flatMap(({ draft }) =>
        draft.notes.map((note) => `${draft.manifest.id}: ${note}`),
      ),
      ...notes.map((note) => `note: ${note}`),
      ...linesOf(diff),
      ...(copied.length === 0 ? [] : [tellCopied(copied)]),
      ...(kept.length === 0
        ? []
        : [
            `left as they are: ${kept.map(({ path }) => quoteText(path)).join(', ')}; this is what they differ in:`,
            ...linesOf(keptDiff),
          ]),
    ],
    document: {
      forge: settings.forge,
      modules: modules.map(({ draft, file }) => ({
        ...{ id: draft.manifest.id, host: draft.manifest.host, file },
        stateful: draft.manifest.stateful,
        ...{ because: draft.because, notes: draft.notes },
      })),
      changes: changes.map(({ path, ...each }) => ({
        path,
        change: changeOf(each),
      })),
      kept: kept.map(({ path }) => path),
      notes,
      diff: `${diff}${keptDiff}`,
    },
  };
}

function renderModules({ modules }: InitPlan): string[] {
  return renderColumns([
    ['MODULE', 'HOST', 'STATEFUL', 'COMPOSE FILE', 'BECAUSE'],
    ...modules.map(({ draft: { because, manifest }, file }) => {
      const more =
        because.length > 1 ? ` (and ${because.length - 1} more)` : '';
      return [
        ...[manifest.id, manifest.host, manifest.stateful ? 'yes' : 'no'],
        ...[quoteText(file), `${because[0] ?? ''}${more}`],
      ];
    }),
  ]);
}

function linesOf(text: string): string[] {
  return text === '' ? [] : ['', ...text.replace(/\n$/, '').split('\n')];
}

/** Bundles are nothing to read; their sums are in the copy. */
function tellCopied(copied: readonly FileChange[]): string {
  const bytes = copied.reduce(
    (sum, each) => sum + (each.after?.length ?? 0),
    0,
  );
  const gone = copied.filter(({ after }) => after === undefined).length;
  return `the copy of apply-gates: ${copied.length - gone} files (${(bytes / 1e6).toFixed(1)} MB), ${gone} go; SHA256SUMS lists them`;
}

function changeOf({ before, after }: Omit<FileChange, 'path'>): string {
  if (after === undefined) return 'remove';
  return before === undefined ? 'create' : 'update';
}

/** What a person does next, to paste in this order. */
export function nextCommands(
  { changes, hasKnownHosts }: InitPlan,
  { hosts }: InitSettings,
): string[] {
  const names = Object.keys(hosts);
  const remote = Object.entries(hosts).filter(
    ([, { transport }]) => transport !== 'local',
  );
  const isScanned = hasKnownHosts || remote.length === 0;
  return [
    'Next:',
    '  apply-gates validate && apply-gates lint',
    ...(isScanned
      ? []
      : ['  apply-gates init --scan-host-keys   # compare them on the hosts']),
    ...(changes.length === 0
      ? []
      : [
          "  git add -A && git commit -m 'Put gates in front of the hosts'",
          '  # merge it: doctor and adopt go by the default branch',
        ]),
    '  apply-gates doctor',
    ...(remote.length === 0
      ? []
      : ['  # the secret APPLY_GATES_SSH_KEY of the forge: the private key']),
    ...names.flatMap((name) => [
      `  apply-gates adopt <project> --host ${name}   # what runs there already`,
      `  apply-gates acknowledge ${name} --reason '…'   # once what is observed is right`,
    ]),
  ];
}
