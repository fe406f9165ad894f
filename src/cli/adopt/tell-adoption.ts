import { shellWord } from '../../host/command-on-host.ts';
import type { Manifest } from '../../model/manifest.ts';
import { renderColumns } from '../../report/render-columns.ts';
import type { Terminal } from '../terminal.ts';
import type { AdoptOptions } from './adopt-options.ts';
import type { NotedContainer } from './check-adopted.ts';

export const ADOPT = { gate: 'adopt', sha: '' };

export function tellContainers(
  containers: readonly NotedContainer[],
  terminal: Terminal,
): void {
  const rows = containers.map((each) => [
    each.service,
    each.name,
    each.id.slice(0, 12),
    each.started_at,
  ]);
  const columns = ['service', 'container', 'id', 'started at'];
  for (const line of renderColumns([columns, ...rows])) terminal.line(line);
}

/** What is left to do, as commands to paste and what only a forge can do. */
export function nextSteps(
  { compose, id, stateful }: Manifest,
  place: {
    readonly moduleFolder: string;
    readonly project: string;
    /** What else was written. */
    readonly elsewhere: readonly string[];
    /** What lies in the module's folder now. */
    readonly moved: readonly string[];
  },
  options: AdoptOptions,
): readonly string[] {
  const adopt = `apply-gates adopt ${place.project} ${optionWords(options)}`;
  const apply = stateful
    ? [
        `apply-gates backup ${id}`,
        `# dispatch the lane with module=${id}, allow_stateful and the lines that backup printed`,
      ]
    : [`# dispatch the lane with module=${id}`];
  return [
    `${adopt} --dry-run --json > ${id}.before.json`,
    `git switch -c adopt-${id}`,
    ...(place.moved.length > 0
      ? [
          `git rm ${place.moved.map(shellWord).join(' ')}   # in ${place.moduleFolder} now`,
        ]
      : []),
    `git add ${[place.moduleFolder, ...place.elsewhere].map(shellWord).join(' ')} && git commit -m 'Adopt ${id}'`,
    `git push -u origin adopt-${id}`,
    ...(compose?.project_directory
      ? [
          `apply-gates host install ${shellWord(options.host)} --project-directory ${shellWord(compose.project_directory)}   # if its key is pinned; name every such folder`,
        ]
      : []),
    '# put it forward as a pull request and merge it; in observe mode the lane only plans',
    `apply-gates plan ${id}`,
    ...apply,
    `${adopt} --check ${id}.before.json`,
  ];
}

/** What says again where the project is, and how to log in there. */
function optionWords(options: AdoptOptions): string {
  const words = [
    ['--host', options.host],
    ['--services', options.services],
    ['--id', options.id],
    ['--admin', options.admin],
    ['--port', options.port],
    ['--identity', options.identity],
  ] as const;
  return words
    .flatMap(([option, value]) =>
      value === undefined ? [] : [option, shellWord(value)],
    )
    .join(' ');
}
