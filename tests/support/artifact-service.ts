import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type ArtifactAnswer,
  type ArtifactFlavour,
  artifactAnswers,
} from './artifact-answers.ts';

const TWIRP = '/twirp/github.actions.results.api.v1.ArtifactService/';
const RUN = '21';
const JOB = '49';

export type ArtifactOperation =
  | 'CreateArtifact'
  | 'FinalizeArtifact'
  | 'ListArtifacts'
  | 'block'
  | 'blocklist';

/** What goes wrong in the place of an answer. */
export type ArtifactFault =
  | 'reset'
  | 'stall'
  /** Half of the answer, then the connection breaks. */
  | 'cut'
  | { readonly status: number; readonly body?: string }
  | { readonly redirect: string };

export interface ArtifactRequest {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** An artifact as the service keeps it. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  blocks: Map<string, Buffer>;
  order: string[];
  zip: Buffer | undefined;
  readonly expires: string | undefined;
}

export interface ArtifactService {
  readonly url: string;
  /** What the runner puts into the environment of a step. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  readonly requests: readonly ArtifactRequest[];
  readonly artifacts: ReadonlyMap<string, StoredArtifact>;
  /** Asked for each request, with how often its operation came before. */
  setFault(
    fault:
      | ((operation: string, before: number) => ArtifactFault | undefined)
      | undefined,
  ): void;
  /** Changes what the service says that it keeps. */
  setTold(change: ((told: Record<string, unknown>) => void) | undefined): void;
  close(): Promise<void>;
}

/**
 * The artifact service of a forge, version 4, on a free port of 127.0.0.1: as
 * the server of Forgejo answers, or as GitHub's receiver does.
 */
export async function startArtifactService(
  flavour: ArtifactFlavour,
): Promise<ArtifactService> {
  const requests: ArtifactRequest[] = [];
  const artifacts = new Map<string, StoredArtifact>();
  const token = makeToken();
  let fault: Parameters<ArtifactService['setFault']>[0];
  let told: Parameters<ArtifactService['setTold']>[0];
  const server = createServer((request, response) => {
    const answered = answer(request, response);
    answered.catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = artifactAnswers({
    flavour,
    url,
    twirp: TWIRP,
    run: RUN,
    job: JOB,
    artifacts,
    changeTold: (value) => told?.(value),
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const operation = operationOf(request);
    const before = requests.filter((each) => each.operation === operation);
    requests.push({
      operation,
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: await buffer(request),
    });
    const wrong = fault?.(operation, before.length);
    if (wrong === 'stall') return;
    if (wrong === 'reset') {
      response.destroy();
    } else if (typeof wrong === 'object' && 'redirect' in wrong) {
      response.writeHead(307, { Location: wrong.redirect }).end();
    } else if (typeof wrong === 'object') {
      response.writeHead(wrong.status).end(wrong.body ?? '');
    } else {
      const latest = requests.at(-1);
      if (latest) send(response, decide(latest, operation), wrong === 'cut');
    }
  }

  function decide(request: ArtifactRequest, operation: string): ArtifactAnswer {
    const twirp = request.url.startsWith(TWIRP) && request.method === 'POST';
    if (twirp && request.headers.authorization !== `Bearer ${token}`) {
      return { status: 401, body: 'Error runner api getting task' };
    }
    return (
      answers[operation as ArtifactOperation]?.(request) ?? {
        status: 404,
        body: 'Not found.',
      }
    );
  }

  return {
    url,
    token,
    requests,
    artifacts,
    env: { ACTIONS_RESULTS_URL: `${url}/`, ACTIONS_RUNTIME_TOKEN: token },
    setFault: (next) => {
      fault = next;
    },
    setTold: (next) => {
      told = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function operationOf(request: IncomingMessage): string {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return url.searchParams.get('comp') ?? url.pathname.replace(TWIRP, '');
}

function send(
  response: ServerResponse,
  { status, body }: ArtifactAnswer,
  cut: boolean,
): void {
  const json = typeof body !== 'string';
  const text = json ? JSON.stringify(body) : body;
  response.writeHead(status, {
    'Content-Type': json ? 'application/json' : 'text/plain',
    'Content-Length': Buffer.byteLength(text),
    'x-ms-request-id': '1',
    'x-ms-version': '2025-01-05',
    ETag: '"1"',
  });
  if (!cut) response.end(text);
  else response.write(text.slice(0, text.length / 2), () => response.destroy());
}

/** A token as runners hand out: the client reads the run and job out of it. */
function makeToken(): string {
  const encode = (value: unknown) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { scp: `Actions.Results:${RUN}:${JOB}`, ac: '[]' };
  const secret = createHash('sha256').update(`${Math.random()}`);
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}.${secret.digest('base64url')}`;
}
