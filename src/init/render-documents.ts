import { stringify } from 'yaml';
import { printable } from '../model/printable.ts';
import type { DraftHost } from './host-option.ts';
import type { ModuleDraft } from './module-draft.ts';

/** `module.yaml` with the reason of what was guessed in front. */
export function renderManifest({ manifest, because, notes }: ModuleDraft) {
  const guess = manifest.stateful
    ? 'Stateful, so never touched by a push:'
    : 'Stateless, so a push may apply it:';
  const lines = [
    guess,
    ...because.map((each) => `- ${each}`),
    ...notes.map((each) => `Note: ${each}`),
  ];
  return `${comment(lines)}${render(manifest)}`;
}

export interface DraftPolicy {
  readonly hosts: Readonly<Record<string, DraftHost>>;
  readonly modulesDir: string;
  /** Undefined where the default covers what init writes. */
  readonly control: readonly string[] | undefined;
  readonly ignore: readonly string[];
}

export const DEFAULT_MODULES_DIR = 'modules';

/** The policy as a value that its schema reads. */
export function policyValue({
  hosts,
  modulesDir,
  control,
  ignore,
}: DraftPolicy) {
  return {
    schema: 1,
    mode: 'observe',
    hosts,
    ...(modulesDir === DEFAULT_MODULES_DIR ? {} : { modules_dir: modulesDir }),
    ...(control === undefined ? {} : { control }),
    ignore,
  };
}

/** `.platform/gates.yaml` with a word about what to change in it. */
export function renderPolicy(policy: DraftPolicy): string {
  const { schema, mode, ...rest } = policyValue(policy);
  return [
    comment([
      'Read from the commit before a push, never from the push itself.',
    ]),
    render({ schema }),
    comment([
      'observe: every gate and every plan, and no change on a host. `apply` is the',
      'switch; it can also be given for one host.',
    ]),
    render({ mode }),
    render(rest),
  ].join('');
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${printable(line)}\n`).join('');
}

function render(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
