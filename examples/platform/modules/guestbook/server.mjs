// GET / lists the entries, POST / adds one. They live in shared/data.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const entries = join(process.env.APPLY_GATES_SHARED, 'data', 'entries.txt');

export async function answer(request, response) {
  if (request.method === 'POST') {
    let text = '';
    for await (const chunk of request) text += chunk;
    appendFileSync(entries, `${text.trim()}\n`);
  }
  response.writeHead(200).end(existsSync(entries) ? readFileSync(entries) : '');
}
