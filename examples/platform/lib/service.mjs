// node lib/service.mjs <module> plan|apply|health|stop|serve
//
// plan:   exit 0 when the running process serves exactly this release,
//         exit 2 and a JSON list of changes when it does not.
// apply:  replaces the process.
// health: exit 0 when it answers, with the content of this release.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [module, verb] = process.argv.slice(2);
const shared = process.env.APPLY_GATES_SHARED;
const folder = resolve('modules', module);
const pidFile = join(shared, 'run', 'pid');
const { port } = JSON.parse(readFileSync(join(shared, 'service.json'), 'utf8'));

/** What the process would run: a digest over its code and content. */
function contentDigest() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!statSync(path).isDirectory()) {
      hash.update(readFileSync(path));
      return;
    }
    for (const name of readdirSync(path).sort()) {
      // What lives on the host is no part of a release.
      if (!['run', 'data', 'service.json', 'module.yaml'].includes(name)) {
        add(join(path, name));
      }
    }
  };
  add(folder);
  add(fileURLToPath(import.meta.url));
  return hash.digest('hex').slice(0, 12);
}

async function ask(path) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(2_000),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

async function stop() {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
  } catch {
    return;
  }
  for (let tries = 0; tries < 50 && (await ask('/.content')); tries += 1) {
    await sleep(100);
  }
}

const verbs = {
  async plan() {
    const running = (await ask('/.content'))?.text;
    const wanted = contentDigest();
    if (running === wanted) return;
    const action = running ? 'update' : 'create';
    const detail = `content ${running ?? 'none'} -> ${wanted}`;
    console.log(
      JSON.stringify({
        changes: [{ resource: `process/${module}`, action, detail }],
      }),
    );
    process.exitCode = 2;
  },
  async apply() {
    await stop();
    const log = openSync(join(shared, 'run', 'log'), 'a', 0o600);
    const child = spawn(
      process.execPath,
      [fileURLToPath(import.meta.url), module, 'serve'],
      {
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    writeFileSync(pidFile, String(child.pid));
    child.unref();
  },
  async health() {
    const running = (await ask('/.content'))?.text;
    const status = (await ask('/'))?.status;
    console.log(
      `content ${running ?? 'none'}, GET / answers ${status ?? 'nothing'}`,
    );
    if (running !== contentDigest() || status !== 200) process.exitCode = 1;
  },
  stop,
  async serve() {
    const { answer } = await import(join(folder, 'server.mjs'));
    const content = contentDigest();
    const started = new Date().toISOString();
    createServer((request, response) => {
      if (request.url === '/.content') return response.end(content);
      if (request.url === '/.started') return response.end(started);
      return answer(request, response);
    }).listen(port, '127.0.0.1');
  },
};

if (!Object.hasOwn(verbs, verb)) {
  console.error(
    'usage: node lib/service.mjs <module> plan|apply|health|stop|serve',
  );
  process.exitCode = 64;
} else {
  await verbs[verb]();
}
