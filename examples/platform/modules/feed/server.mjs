// Tells the title of the site. It cannot be healthy without the site.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const site = join(
  process.env.APPLY_GATES_SHARED,
  '../../site/shared/service.json',
);

export async function answer(_request, response) {
  try {
    const { port } = JSON.parse(readFileSync(site, 'utf8'));
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const title = /<title>(.*)<\/title>/.exec(page)?.[1] ?? 'untitled';
    response.writeHead(200).end(`feed v1: ${title}\n`);
  } catch {
    response.writeHead(502).end('the site does not answer\n');
  }
}
