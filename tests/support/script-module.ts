import { stringify } from 'yaml';
import type { Changes } from './platform.ts';

export interface ScriptModule {
  readonly content?: string;
  /** Shell text in place of a verb: plan, apply, health, stop. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Keys of the manifest that differ. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Where a script module keeps what it runs, below its shared folder. */
export const LIVE = '"$APPLY_GATES_SHARED/run/live"';

/**
 * Files of a module that is a few lines of shell and starts no process: what
 * it serves is a file on the host. Tests replace single verbs.
 */
export function scriptModule(id: string, module: ScriptModule = {}): Changes {
  const folder = `modules/${id}`;
  const scripts = {
    plan: `cmp -s ${folder}/content ${LIVE} || exit 2`,
    apply: `cp ${folder}/content ${LIVE}; echo x >>${LIVE}.applies`,
    health: `cmp -s ${folder}/content ${LIVE}`,
    stop: `rm -f ${LIVE}`,
    ...module.scripts,
  };
  const verbs = Object.keys(scripts);
  const manifest = {
    schema: 1,
    id,
    stateful: false,
    host: 'demo',
    driver: 'command',
    host_dirs: ['run'],
    health: { timeout: '3s', streak: 1, interval: '1s' },
    ...module.manifest,
    command: {
      ...Object.fromEntries(
        verbs.map((verb) => [verb, ['sh', `${folder}/${verb}.sh`]]),
      ),
      timeout: '10s',
      ...Object(module.manifest?.['command']),
    },
  };
  return {
    [`${folder}/module.yaml`]: stringify(manifest),
    [`${folder}/content`]: `${module.content ?? 'one'}\n`,
    ...Object.fromEntries(
      Object.entries(scripts).map(([verb, text]) => [
        `${folder}/${verb}.sh`,
        `${text}\n`,
      ]),
    ),
  };
}
