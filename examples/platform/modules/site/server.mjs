// Serves public/index.html as it was when the process started.
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('public/index.html', import.meta.url));

export async function answer(request, response) {
  if (request.url !== '/') return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/html' }).end(page);
}
