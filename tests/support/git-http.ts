import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request to git, as the hooks of a test see it. */
export interface GitHttpRequest {
  readonly service: 'git-upload-pack' | 'git-receive-pack';
  /** Refs are advertised first; then packs or answers are exchanged. */
  readonly phase: 'advertise' | 'exchange';
  /** Path of the repository below the root, without a leading slash. */
  readonly repository: string;
}

/** A status answered in git's place, or an answer that gets lost. */
export type GitHttpFault =
  | number
  /** git does its work to the end, then the connection breaks. */
  | 'lose-answer'
  /** The same, in the middle of the answer. */
  | 'cut-answer'
  /** The connection breaks before git sees the request. */
  | 'lose-request';

export interface RouteRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface RouteAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface GitHttpOptions {
  /** Folder of bare repositories; `<url>/<name>.git` reaches `<name>.git`. */
  readonly root: string;
  /** Asked for as Basic `x-access-token:<token>`; without it all may push. */
  readonly token?: string;
  /** Answers what is not git, such as a forge's API; undefined is 404. */
  readonly route?: (
    request: RouteRequest,
  ) => RouteAnswer | undefined | Promise<RouteAnswer | undefined>;
}

/** A forge for tests: real git over HTTP, with faults on demand. */
export interface GitHttpServer {
  readonly url: string;
  /** `<METHOD> <path and query>` of every request, in order. */
  readonly requests: readonly string[];
  /** Asked for each git request; undefined lets it through. */
  setFault(
    fault: ((request: GitHttpRequest) => GitHttpFault | undefined) | undefined,
  ): void;
  close(): Promise<void>;
}

/** Serves a folder of repositories on a free port of 127.0.0.1. */
export async function startGitHttp(
  options: GitHttpOptions,
): Promise<GitHttpServer> {
  const requests: string[] = [];
  const backends = new Set<ChildProcess>();
  let fault: Parameters<GitHttpServer['setFault']>[0];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const git = parseGitRequest(request);
    const answered = git
      ? answerGit({ git, request, response, options, fault, backends })
      : answerRoute(request, response, options);
    answered.catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    setFault: (next) => {
      fault = next;
    },
    close: async () => {
      for (const backend of backends) backend.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function parseGitRequest(request: IncomingMessage): GitHttpRequest | undefined {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const match =
    /^\/(.+?)\/(?:info\/refs|(git-upload-pack|git-receive-pack))$/.exec(
      url.pathname,
    );
  const service = match?.[2] ?? url.searchParams.get('service');
  if (!match?.[1]) return undefined;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
    return undefined;
  }
  const phase = match[2] ? 'exchange' : 'advertise';
  return { service, phase, repository: match[1] };
}

interface GitExchange {
  readonly git: GitHttpRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: GitHttpOptions;
  readonly fault: Parameters<GitHttpServer['setFault']>[0];
  readonly backends: Set<ChildProcess>;
}

async function answerGit(exchange: GitExchange): Promise<void> {
  const { request, response, options } = exchange;
  if (!isAuthorized(request, options.token)) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' });
    response.end('unauthorized');
    return;
  }
  const fault = exchange.fault?.(exchange.git);
  if (typeof fault === 'number') {
    request.resume();
    response.writeHead(fault).end(`status ${fault}`);
    return;
  }
  if (fault === 'lose-request') {
    response.destroy();
    return;
  }
  const answer = await runBackend(exchange);
  if (fault === 'lose-answer') response.destroy();
  else sendCgi(answer, response, fault === 'cut-answer');
}

function isAuthorized(
  request: IncomingMessage,
  token: string | undefined,
): boolean {
  if (token === undefined) return true;
  const credentials = Buffer.from(`x-access-token:${token}`);
  return (
    request.headers.authorization === `Basic ${credentials.toString('base64')}`
  );
}

/** The whole answer is gathered, so that a fault can swallow all of it. */
async function runBackend(exchange: GitExchange): Promise<Buffer> {
  const backend = spawn('git', ['http-backend'], {
    env: cgiEnvironment(exchange),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  exchange.backends.add(backend);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.stdin.on('error', () => {});
  exchange.request.pipe(backend.stdin);
  await once(backend, 'close');
  exchange.backends.delete(backend);
  return Buffer.concat(chunks);
}

function cgiEnvironment(exchange: GitExchange): Record<string, string> {
  const { request, options } = exchange;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const header = (name: string) => String(request.headers[name] ?? '');
  const length = request.headers['content-length'];
  return {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROJECT_ROOT: options.root,
    GIT_PROTOCOL: header('git-protocol'),
    // git lets only users that somebody has named push.
    REMOTE_USER: 'somebody',
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
  };
}

function sendCgi(answer: Buffer, response: ServerResponse, cut: boolean): void {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) {
    response.writeHead(500).end('git http-backend failed');
    return;
  }
  let status = 200;
  for (const line of answer.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  const body = answer.subarray(end + 4);
  response.writeHead(status);
  if (!cut) response.end(body);
  else
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

async function answerRoute(
  request: IncomingMessage,
  response: ServerResponse,
  options: GitHttpOptions,
): Promise<void> {
  const answer = (await options.route?.({
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', `http://${request.headers.host}`),
    headers: request.headers,
    body: await text(request),
  })) ?? { status: 404, body: { message: 'not found' } };
  const body = answer.body ?? '';
  response.writeHead(answer.status ?? 200, {
    ...(typeof body === 'string' ? {} : { 'Content-Type': 'application/json' }),
    ...answer.headers,
  });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
