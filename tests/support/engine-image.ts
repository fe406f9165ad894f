import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pack } from 'tar-stream';
import { findStaticBusybox, listApplets } from './busybox.ts';
import { docker, enginePath, PROJECT_LABEL } from './engine.ts';

export interface EngineImage {
  /** `<project>/<name>`, as a compose file writes it. */
  readonly ref: string;
  readonly id: string;
}

/** A file of an image; a text alone is an executable file of root. */
export type ImageFile = string | Buffer | { readonly folderOf: number };

export interface ImageOptions {
  /** Paths without a leading slash; folders above them are made. */
  readonly files?: Readonly<Record<string, ImageFile>>;
  /** Else it idles, and ends at once when it is stopped. */
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** A shell command; unhealthy after as many failures, 5 unless told. */
  readonly healthcheck?: { readonly test: string; readonly retries?: number };
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  /** Where it asks for a volume that nobody gave a name to. */
  readonly volume?: string;
}

/** A shell does not hear a signal before its child ends, hence the wait. */
const IDLE = `#!/bin/sh
trap 'exit 0' TERM INT
while :; do sleep 3600 & wait $!; done
`;

/**
 * Makes an image of busybox and the files given, and lets `<project>/<name>`
 * point to it. Each one has an id of its own, also under the same name.
 */
export async function buildImage(
  project: string,
  name: string,
  options: ImageOptions = {},
): Promise<EngineImage> {
  const ref = `${project}/${name}`;
  const changes = renderChanges(project, options).flatMap((each) => [
    '--change',
    each,
  ]);
  const id = execFileSync(enginePath(), ['import', ...changes, '-', ref], {
    input: await writeRoot(options.files ?? {}),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim();
  return { ref, id };
}

/** The id that a name points to on the engine; undefined where none does. */
export function imageId(ref: string): string | undefined {
  const id = docker('images', '-q', '--no-trunc', ref).split('\n')[0];
  return id || undefined;
}

function renderChanges(project: string, options: ImageOptions): string[] {
  const { command = ['idle'], entrypoint, healthcheck, user, volume } = options;
  const environment = { PATH: '/bin', ...options.environment };
  return [
    `LABEL ${PROJECT_LABEL}=${project}`,
    `CMD ${JSON.stringify(command)}`,
    ...Object.entries(environment).map(([key, value]) => `ENV ${key}=${value}`),
    ...(entrypoint ? [`ENTRYPOINT ${JSON.stringify(entrypoint)}`] : []),
    ...(healthcheck ? [renderHealthcheck(healthcheck)] : []),
    ...(user ? [`USER ${user}`] : []),
    ...(volume ? [`VOLUME ${volume}`] : []),
  ];
}

/** Often, since a test waits for it. */
function renderHealthcheck(
  check: NonNullable<ImageOptions['healthcheck']>,
): string {
  const times = `--interval=300ms --timeout=5s --retries=${check.retries ?? 5}`;
  return `HEALTHCHECK ${times} CMD ${check.test}`;
}

async function writeRoot(files: NonNullable<ImageOptions['files']>) {
  const archive = pack();
  const chunks: Buffer[] = [];
  const whole = (async () => {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
  })();
  const busybox = findStaticBusybox();
  if (busybox === undefined) throw new Error('busybox is missing');
  const mtime = new Date();
  const all: Readonly<Record<string, ImageFile>> = {
    'bin/busybox': readFileSync(busybox),
    'bin/idle': IDLE,
    'etc/image': randomUUID(),
    ...files,
  };
  for (const folder of [...foldersOf(Object.keys(all)), 'tmp']) {
    const mode = folder === 'tmp' ? 0o1777 : 0o755;
    archive.entry({ name: folder, type: 'directory', mode, mtime });
  }
  for (const applet of listApplets(busybox)) {
    const name = `bin/${applet}`;
    archive.entry({ name, type: 'symlink', linkname: 'busybox', mtime });
  }
  for (const [name, file] of Object.entries(all)) {
    if (typeof file === 'string' || Buffer.isBuffer(file)) {
      archive.entry({ name, mode: 0o755, mtime }, file);
    } else {
      const owner = { uid: file.folderOf, gid: file.folderOf };
      const type = 'directory';
      archive.entry({ name, type, mode: 0o700, mtime, ...owner });
    }
  }
  archive.finalize();
  await whole;
  return Buffer.concat(chunks);
}

function foldersOf(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) => {
    const segments = path.split('/').slice(0, -1);
    return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  });
  return [...new Set(folders)].sort();
}
