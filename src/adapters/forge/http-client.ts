import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Clock } from '../clock.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Bounds of everything that a forge can make us wait for or hold. */
export interface HttpLimits {
  /** One request, from the connection to the last byte. */
  readonly requestMs: number;
  /** All requests of a client together. */
  readonly totalMs: number;
  readonly attempts: number;
  /** A forge that asks for more patience than this is not waited for. */
  readonly longestWaitMs: number;
  /** One body, before and after it is unpacked. */
  readonly maxBytes: number;
}

export const HTTP_LIMITS: HttpLimits = {
  requestMs: 20_000,
  totalMs: 180_000,
  attempts: 4,
  longestWaitMs: 30_000,
  maxBytes: 8 * 1024 * 1024,
};

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query below the address of the API. */
  readonly path: string;
  readonly body?: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** What the JSON says; undefined with any status but 2xx. */
  readonly body: unknown;
}

/** Asks one API; what is not 2xx, 404, 405 or 422 is an error with its code. */
export interface HttpClient {
  /** Address of the API, without a slash at the end. */
  readonly api: string;
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpClientOptions {
  readonly api: string;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly limits?: Partial<HttpLimits>;
}

/** An answer that another attempt may better. */
class Trouble extends Error {
  readonly waitMs: number | undefined;
  constructor(message: string, waitMs?: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

const FIRST_WAIT_MS = 500;

/**
 * Opens a client that sends the token to the address of the API and nowhere
 * else: redirects are told, not followed. Only a GET is sent again.
 */
export function openHttpClient(options: HttpClientOptions): HttpClient {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const api = checkAddress(options.api);
  // Not the clock of the wall, which jumps.
  const end = performance.now() + limits.totalMs;
  let opened: Promise<Dispatcher> | undefined;
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    opened ??= openDispatcher();
    const dispatcher = await opened;
    for (let attempt = 1; ; attempt += 1) {
      const left = end - performance.now();
      try {
        if (left <= 0) throw new Trouble('it took too long altogether');
        // A timer takes whole milliseconds alone.
        const ms = Math.ceil(Math.min(limits.requestMs, left));
        return await sendOnce(request, {
          api,
          options,
          limits,
          dispatcher,
          ms,
        });
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        const wait = error.waitMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
        const patient =
          wait <= limits.longestWaitMs && wait < end - performance.now();
        const again = request.method === 'GET' && attempt < limits.attempts;
        if (!again || !patient) throw unavailable(request, api, error.message);
        await options.clock.sleep(wait);
      }
    }
  };
  return { api, send };
}

/**
 * Loaded when something is asked: most steps ask nothing. A bundle has what a
 * CommonJS package exports under `default` alone.
 */
async function loadUndici() {
  return (await import('undici')).default;
}

async function openDispatcher(): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await loadUndici();
  return new EnvHttpProxyAgent({ connections: 8, connectTimeout: 10_000 });
}

function checkAddress(api: string): string {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  const plain =
    url &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (plain) return url.href.replace(/\/+$/, '');
  throw new ActionError(
    'input/malformed',
    `api-url: ${printable(JSON.stringify(api))} is not allowed; give an http or https address without a password, such as https://forge.example/api/v1`,
  );
}

interface Sending {
  readonly api: string;
  readonly options: HttpClientOptions;
  readonly limits: HttpLimits;
  readonly dispatcher: Dispatcher;
  readonly ms: number;
}

async function sendOnce(
  request: HttpRequest,
  sending: Sending,
): Promise<HttpAnswer> {
  const { api, options, limits, dispatcher, ms } = sending;
  const { request: ask } = await loadUndici();
  const { origin } = new URL(api);
  const url = new URL(`${api}${request.path}`);
  if (url.origin !== origin) throw new TypeError(`${url.href} is elsewhere`);
  let answer: Dispatcher.ResponseData;
  let raw: Buffer;
  try {
    answer = await ask(url, {
      dispatcher,
      method: request.method,
      signal: AbortSignal.timeout(ms),
      headers: {
        ...options.headers,
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        'accept-encoding': 'gzip',
        'user-agent': 'apply-gates',
        ...(request.body !== undefined && {
          'content-type': 'application/json',
        }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
    });
    raw = await readBounded(answer.body, limits.maxBytes);
  } catch (error) {
    if (error instanceof TooLarge) {
      throw unavailable(request, api, error.message);
    }
    throw new Trouble(describe(error));
  }
  return judge(request, sending, { answer, raw });
}

class TooLarge extends Error {}

async function readBounded(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function judge(
  request: HttpRequest,
  { api, options, limits }: Sending,
  { answer, raw }: { answer: Dispatcher.ResponseData; raw: Buffer },
): Promise<HttpAnswer> {
  const status = answer.statusCode;
  const header = (name: string): string | undefined =>
    [answer.headers[name] ?? []].flat().at(-1);
  if (status >= 200 && status < 300) {
    const text = await unpack(raw, header('content-encoding'), limits);
    return { status, header, body: parseBody(text, request, api) };
  }
  // 405 is how Forgejo says that something does not apply to a repository.
  if (status === 404 || status === 405 || status === 422) {
    return { status, header, body: undefined };
  }
  if (isBusy(status, header)) {
    const asked = parseRetryAfter(header('retry-after'), options.clock.now());
    throw new Trouble(`it answers ${status}`, asked);
  }
  if (status === 401 || status === 403) {
    const place = `${request.method} ${api}${request.path}`;
    throw new ActionError(
      'approval/forbidden',
      printable(`The forge does not allow it (${status}): ${place}`),
    );
  }
  const elsewhere = header('location');
  throw unavailable(
    request,
    api,
    status < 400 && elsewhere !== undefined
      ? `it redirects to ${elsewhere}, which does not get the token`
      : `it answers ${status}`,
  );
}

/** Too many requests, under either name, or an error that may pass. */
function isBusy(
  status: number,
  header: (name: string) => string | undefined,
): boolean {
  return (
    status === 429 ||
    status >= 500 ||
    (status === 403 &&
      (header('retry-after') !== undefined ||
        header('x-ratelimit-remaining') === '0'))
  );
}

async function unpack(
  raw: Buffer,
  encoding: string | undefined,
  { maxBytes }: HttpLimits,
): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return raw;
  try {
    if (encoding === 'gzip') {
      return await promisify(gunzip)(raw, { maxOutputLength: maxBytes });
    }
  } catch (error) {
    throw new Trouble(describe(error));
  }
  throw new Trouble(`it packs with ${encoding}`);
}

function parseBody(raw: Buffer, request: HttpRequest, api: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw unavailable(request, api, 'the answer is not JSON');
  }
}

/** The one error for a forge that cannot be asked, or not be believed. */
export function unavailable(
  request: HttpRequest,
  api: string,
  what: string,
): ActionError {
  return new ActionError(
    'approval/forge-unavailable',
    printable(`${request.method} ${api}${request.path}: ${what}`),
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  if (error.name === 'TimeoutError') return 'no whole answer in time';
  return typeof code === 'string' && error.message === ''
    ? code
    : error.message;
}
