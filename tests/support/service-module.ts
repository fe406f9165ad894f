import type { Changes } from './platform.ts';

/** How a module of the tests differs from a stateless one that works. */
export interface ServiceOptions {
  readonly version?: string;
  readonly host?: string;
  readonly dependsOn?: readonly string[];
  /** Further lines of the manifest. */
  readonly manifest?: string;
  /** Lines of shell that run first, by command. */
  readonly scripts?: Readonly<
    Partial<Record<'plan' | 'apply' | 'health' | 'stop', string>>
  >;
}

/**
 * Files of a module whose service is one file: `<services>/<id>` holds the
 * version that runs, `<id>.log` a line for each apply. The version `broken`
 * applies and is unhealthy; `failing` cannot be applied.
 */
export function serviceModule(
  id: string,
  services: string,
  options: ServiceOptions = {},
): Changes {
  const folder = `modules/${id}`;
  const live = `${services}/${id}`;
  const script = (name: 'plan' | 'apply' | 'health' | 'stop', body: string) =>
    ['#!/bin/sh', options.scripts?.[name] ?? '', body, ''].join('\n');
  return {
    [`${folder}/module.yaml`]: [
      'schema: 1',
      `id: ${id}`,
      ...(options.manifest?.includes('stateful:') ? [] : ['stateful: false']),
      `host: ${options.host ?? 'here'}`,
      'driver: command',
      'command:',
      ...(['plan', 'apply', 'health', 'stop'] as const).map(
        (name) => `  ${name}: [sh, ${folder}/${name}.sh]`,
      ),
      '  timeout: 30s',
      'health: {timeout: 3s, streak: 1, interval: 1s}',
      'backup: {class: files}',
      `depends_on: [${options.dependsOn?.join(', ') ?? ''}]`,
      options.manifest ?? '',
      '',
    ].join('\n'),
    [`${folder}/version`]: `${options.version ?? '1'}\n`,
    [`${folder}/plan.sh`]: script(
      'plan',
      `cmp -s ${folder}/version ${live} || exit 2`,
    ),
    [`${folder}/apply.sh`]: script(
      'apply',
      [
        `echo "$(cat ${folder}/version)" >>${live}.log`,
        `! grep -q failing ${folder}/version || exit 1`,
        `cp ${folder}/version ${live}`,
      ].join('\n'),
    ),
    [`${folder}/health.sh`]: script(
      'health',
      `[ -e ${live} ] && ! grep -q broken ${live}`,
    ),
    [`${folder}/stop.sh`]: script('stop', `rm -f ${live}`),
  };
}
