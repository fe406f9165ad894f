import { performance } from 'node:perf_hooks';
import { type Lane, openLane } from '../../tests/support/lane.ts';
import { oneProcessWorkflow } from '../../tests/support/one-process-workflow.ts';
import type { WorkflowFile } from '../../tests/support/workflow-files.ts';

// The whole lane in one process against the same lane as steps, on the example
// platform with this machine as its host: medians of the time between checkout
// and end, and their ratio. Node: APPLY_GATES_NODE24, else this one.
const rounds = Number(process.argv[2] ?? '7');
const node = process.env['APPLY_GATES_NODE24'] || process.execPath;

const forms: Readonly<Record<string, WorkflowFile | undefined>> = {
  'as steps': undefined,
  'in one process': oneProcessWorkflow(),
};
const pushes: Readonly<Record<string, (lane: Lane, round: string) => object>> =
  {
    'nothing to apply': (_lane, round) => ({ 'docs/notes.md': round }),
    'a refused push': (_lane, round) => ({ [`surprise-${round}`]: '' }),
    'a module applied': (lane, version) =>
      lane.platform.module('web', { version }),
  };

const lane = await openLane({ modules: { web: {} } });
try {
  console.log(`${rounds} interleaved rounds, medians`);
  for (const [name, push] of Object.entries(pushes)) await compare(name, push);
} finally {
  await lane.close();
}

async function compare(
  name: string,
  push: (typeof pushes)[string],
): Promise<void> {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [form, workflow] of Object.entries(forms)) {
      const changes = push(lane, `${name} ${round} ${form}`);
      const spent = await measure({ ...changes }, workflow);
      // The first round warms the caches of the machine.
      if (round > 0) times.set(form, [...(times.get(form) ?? []), spent]);
    }
  }
  const [steps = 0, whole = 0] = [...times.values()].map(median);
  console.log(
    `${(whole / steps).toFixed(2)} x  ${whole.toFixed(0)} ms in one process, ${steps.toFixed(0)} ms as steps: ${name}`,
  );
}

async function measure(
  changes: Record<string, string>,
  workflow: WorkflowFile | undefined,
): Promise<number> {
  let start = 0;
  await lane.push(changes, {
    workflow,
    node,
    onStart: () => {
      start ||= performance.now();
    },
  });
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
