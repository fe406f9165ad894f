import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { docker } from './engine.ts';
import { findFreePort } from './free-port.ts';
import { pathOf } from './requirements.ts';

/** A registry on the loopback interface, which engines take without TLS. */
export interface TestRegistry {
  /** `127.0.0.1:<port>`, the first part of the name of its images. */
  readonly address: string;
  /** `<METHOD> <path>` of every request so far, in order. */
  readonly requests: () => string[];
  /** Puts an image there; the engine forgets that name of it again. */
  push(image: string, name: string): PushedImage;
  stop(): Promise<void>;
}

export interface PushedImage {
  /** `<address>/<name>`. */
  readonly ref: string;
  /** The same pinned: `<address>/<name without tag>@sha256:…`. */
  readonly pinned: string;
}

/** True where these tests can run; give it to `describe.skipIf(!…)`. */
export const hasRegistry = pathOf('registry') !== undefined;

/** Starts an empty registry on a free port. */
export async function startRegistry(): Promise<TestRegistry> {
  const program = pathOf('registry');
  if (program === undefined) throw new Error('the registry is missing');
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-registry-'));
  const address = `127.0.0.1:${await findFreePort()}`;
  const config = join(folder, 'config.yml');
  writeFileSync(config, JSON.stringify(describeRegistry(folder, address)));
  const path = join(folder, 'log');
  const file = openSync(path, 'w');
  const child = spawn(program, ['serve', config], {
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  const ended = once(child, 'exit');
  const readLog = () => readFileSync(path, 'utf8');
  while (!(await answers(address))) {
    if (child.exitCode !== null) throw new Error(`registry: ${readLog()}`);
    await delay(20);
  }
  return {
    address,
    requests: () =>
      [...readLog().matchAll(/"([A-Z]+ \/v2\/\S*) HTTP/g)].map(
        ([, request = '']) => request,
      ),
    push: (image, name) => pushImage(image, `${address}/${name}`),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pushImage(image: string, ref: string): PushedImage {
  docker('tag', image, ref);
  try {
    docker('push', '-q', ref);
    const repository = ref.replace(/:[^:/]*$/, '');
    const format = '{{range .RepoDigests}}{{println .}}{{end}}';
    const pinned = docker('image', 'inspect', '--format', format, ref)
      .split('\n')
      .find((each) => each.startsWith(`${repository}@`));
    if (pinned === undefined) throw new Error(`${ref} has no digest`);
    return { ref, pinned };
  } finally {
    docker('rmi', ref);
  }
}

/** JSON, which is YAML as well. */
function describeRegistry(folder: string, address: string): object {
  return {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http: { addr: address },
  };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/v2/`)).ok;
  } catch {
    return false;
  }
}
