import { buildImage } from './engine-image.ts';
import type { Changes } from './platform.ts';

const serve = { command: ['httpd', '-f', '-p', '80', '-h', '/srv'] };

/** Three apps in `apps/`: a page, notes in a volume, and one that idles. */
export async function makeWalkApps(
  project: string,
  port: number,
): Promise<Changes> {
  const { ref } = await buildImage(project, 'web:1');
  const compose = (name: string, document: object) => ({
    [`apps/${project}-${name}/compose.yaml`]: JSON.stringify(document, null, 2),
  });
  const site = {
    ...{ image: ref, ...serve, stop_signal: 'SIGKILL' },
    volumes: ['./www:/srv:ro'],
    ports: [`127.0.0.1:${port}:80`],
  };
  const notes = {
    ...{ image: ref, environment: { NAME: '${NAME}' } },
    volumes: ['rows:/rows'],
  };
  return {
    'README.md': 'apps\n',
    ...compose('site', { services: { web: site } }),
    [`apps/${project}-site/www/index.html`]: 'page one',
    ...compose('notes', { services: { notes }, volumes: { rows: {} } }),
    ...compose('clock', { services: { clock: { image: ref } } }),
  };
}
