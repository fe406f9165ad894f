import { APPLY } from '../../src/lanes/apply-lane.ts';
import {
  AUTO_APPLY,
  LANES,
  type LaneDefinition,
  type LaneStep,
} from '../../src/lanes/lanes.ts';
import { RECONCILE } from '../../src/lanes/reconcile-lane.ts';
import { renderWire } from '../../src/lanes/wire.ts';
import type { ActionFile } from './action-files.ts';
import { renderTable } from './marked-blocks.ts';

const GATES = new Set(
  Object.values(LANES).flatMap(({ gates }) => gates.map(({ gate }) => gate)),
);

/** Marked block of docs/lane.md -> what it shows. */
export function renderLanes(
  actions: readonly ActionFile[],
): Record<string, string> {
  return {
    'auto-apply': renderLane(AUTO_APPLY, actions),
    apply: renderLane(APPLY, actions),
    reconcile: renderLane(RECONCILE, actions),
  };
}

function renderLane(
  { steps }: LaneDefinition,
  actions: readonly ActionFile[],
): string {
  return [
    `\`\`\`mermaid\n${drawLane(steps)}\n\`\`\``,
    renderTable(
      ['step', 'what it does', 'runs', 'takes of other steps'],
      steps.map((step) => [
        `[\`${step.id}\`](../actions/${step.action}/README.md)`,
        actions.find(({ id }) => id === step.action)?.description ?? '',
        describeRun(step),
        inflowOf(step),
      ]),
    ),
  ].join('\n\n');
}

/** Gates have six corners, what runs whatever happened has round ones. */
function drawLane(steps: readonly LaneStep[]): string {
  const begins = '  begin(["begin<br/>prepare"])';
  const always = steps.find(({ runs }) => runs.when === 'always')?.id;
  const arrows = steps.flatMap((step, index) => {
    const from = steps[index - 1]?.id ?? 'begin';
    const listed = step.runs.when === 'listed' ? step.runs.name : undefined;
    const isFirst =
      listed !== undefined && from === Reflect.get(step.runs, 'step');
    return [
      `  ${from} -->${isFirst ? `|"${listed} is not empty"|` : ''} ${step.id}`,
      ...(isFirst && always
        ? [`  ${from} -->|"nothing is ${listed}"| ${always}`]
        : []),
      ...(step.runs.when !== 'always' && always && step.id !== lastBefore(steps)
        ? [
            `  ${step.id} -. "${GATES.has(step.action) ? 'refuses' : 'fails'}" .-> ${always}`,
          ]
        : []),
    ];
  });
  return ['flowchart TD', begins, ...steps.map(drawStep), ...arrows].join('\n');
}

/** After it the lane goes the same way, whatever came of it. */
function lastBefore(steps: readonly LaneStep[]): string | undefined {
  return steps.findLast(({ runs }) => runs.when !== 'always')?.id;
}

function drawStep({ id, action, runs }: LaneStep): string {
  const text = `"${id}<br/>${action}"`;
  if (GATES.has(action)) return `  ${id}{{${text}}}`;
  return `  ${id}${runs.when === 'always' ? `([${text}])` : `[${text}]`}`;
}

/** `step.output` of everything that comes from another step. */
function inflowOf(step: LaneStep): string {
  const wires = Object.values(step.with).map(renderWire).join(' ');
  const sources = [...wires.matchAll(/steps\.([a-z]+)\.outputs\.([a-z-]+)/g)];
  return [...new Set(sources.map(([, id, name]) => `\`${id}.${name}\``))].join(
    ', ',
  );
}

function describeRun({ runs }: LaneStep): string {
  switch (runs.when) {
    case 'passed':
      return 'when all before it passed';
    case 'always':
      return 'whatever happened';
    case 'listed':
      return `when \`${runs.name}\` of \`${runs.step}\` is not empty`;
  }
}
