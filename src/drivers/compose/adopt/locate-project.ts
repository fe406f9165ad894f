import { posix } from 'node:path';
import { hostPathSchema } from '../../../model/identifiers.ts';
import { printable } from '../../../model/printable.ts';
import { type Finding, finding } from '../../../model/verdict.ts';
import { isOneshot } from './draft-manifest.ts';
import type { RunningContainer } from './running-project.ts';

/** Where a project was started from. */
export type ProjectPlace =
  | {
      readonly ok: true;
      readonly folder: string;
      /** Compose files below the folder, in the order compose read them. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Finds the one folder that all containers were started from. */
export function locateProject(
  containers: readonly RunningContainer[],
  runtimeRoot: string,
): ProjectPlace {
  const findings = [
    ...findStopped(containers),
    ...findStrays(containers, ({ folder }) => folder, 'folder'),
    ...findStrays(
      containers,
      ({ configFiles }) => configFiles.join(','),
      'compose files',
    ),
  ];
  const folder = containers[0]?.folder ?? '';
  const configFiles = containers[0]?.configFiles ?? [];
  const files = configFiles.map((file) => posix.relative(folder, file));
  const problem = judgePlace({ folder, configFiles, files, runtimeRoot });
  if (problem !== undefined) findings.push(unsupported(problem));
  return findings.length > 0
    ? { ok: false, findings }
    : { ok: true, folder, files };
}

export function unsupported(reason: string, remedy?: string): Finding {
  const details = remedy === undefined ? {} : { remedy };
  return finding('adopt/unsupported', printable(reason), details);
}

function findStopped(containers: readonly RunningContainer[]): Finding[] {
  // Where nothing runs at all, nobody knows what was to end.
  const isUp = containers.some(({ state }) => state === 'running');
  return containers
    .filter((each) => each.state !== 'running' && !(isUp && isOneshot(each)))
    .map(({ exitCode, name, service, state }) =>
      finding(
        'adopt/not-running',
        printable(
          `${service}: its container ${name} is ${state} (exit ${exitCode})`,
        ),
      ),
    );
}

/** Services that differ from the first in where they come from. */
function findStrays(
  containers: readonly RunningContainer[],
  originOf: (container: RunningContainer) => string,
  what: string,
): Finding[] {
  const values = [...new Set(containers.map(originOf))];
  if (values.length < 2) return [];
  const told = values.map((value) => {
    const own = containers.filter((each) => originOf(each) === value);
    return `${[...new Set(own.map(({ service }) => service))].join(', ')} from ${value}`;
  });
  return [
    unsupported(
      `The services were started with different ${what}: ${told.join('; ')}`,
      'Start them from one place on the host, or adopt them apart: --services and --id.',
    ),
  ];
}

function judgePlace(place: {
  readonly folder: string;
  readonly configFiles: readonly string[];
  readonly files: readonly string[];
  readonly runtimeRoot: string;
}): string | undefined {
  const { configFiles, files, folder, runtimeRoot } = place;
  if (`${folder}/`.startsWith(`${runtimeRoot}/`)) {
    return `The project runs from ${folder}: apply-gates applied it already`;
  }
  if (!hostPathSchema.safeParse(folder).success) {
    return `The folder of the project, ${JSON.stringify(folder)}, is no absolute path of plain characters`;
  }
  const outside = configFiles.filter((file) => !file.startsWith(`${folder}/`));
  if (outside.length > 0) {
    return `A compose file is not below ${folder}: ${outside.join(', ')}`;
  }
  return (files[0] ?? '').includes('/')
    ? `The first compose file, ${files[0]}, is not directly in ${folder}, from which relative paths start`
    : undefined;
}
