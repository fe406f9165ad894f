import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  answerJson,
  type Script,
  type ScriptedHttp,
  startScriptedHttp,
} from '../../../tests/support/scripted-http.ts';
import { ActionError } from '../../model/errors.ts';
import { type HttpLimits, openHttpClient } from './http-client.ts';

const servers: ScriptedHttp[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const NOW = new Date('2026-05-16T11:00:00Z');
const slept: number[] = [];

async function open(script: Script, limits: Partial<HttpLimits> = {}) {
  const server = await startScriptedHttp(script);
  servers.push(server);
  slept.length = 0;
  const client = openHttpClient({
    api: `${server.url}/api/v1/`,
    token: 'tok',
    headers: {},
    clock: {
      now: () => NOW,
      elapsed: () => 0,
      sleep: async (milliseconds) => void slept.push(milliseconds),
    },
    limits,
  });
  return { server, client };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ActionError ? error.code : `none: ${String(error)}`;
}

const GET = { method: 'GET', path: '/x' } as const;
const fine: Script = (_, response) => answerJson(response, { fine: true });

/** Fails as long as it says, then is fine. */
function failing(times: number, fault: Script): Script {
  return (request, response, number) =>
    (number < times ? fault : fine)(request, response, number);
}

function status(code: number, headers: Record<string, string> = {}): Script {
  return (_, response) => response.writeHead(code, headers).end('{}');
}

/** A 200 that breaks, stalls or drips. */
const FAULTS: Readonly<Record<string, Script>> = {
  reset: (request) => request.socket.resetAndDestroy(),
  'cut off': (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"fine":', () => response.destroy());
  },
  stalled: () => {},
  'one byte at a time': (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(timer));
  },
  '5xx': status(502),
  '429 without a word': status(429),
  '429 with nonsense': status(429, { 'retry-after': 'in a while' }),
};

/** Short only where nothing else would end the request. */
const limitsOf = (name: string): Partial<HttpLimits> =>
  name === 'stalled' || name.startsWith('one byte') ? { requestMs: 300 } : {};

describe('HTTP faults', () => {
  it.each(Object.entries(FAULTS))(
    '%s, then fine: a GET is asked again',
    async (name, fault) => {
      const { client, server } = await open(failing(1, fault), limitsOf(name));
      expect((await client.send(GET)).body).toEqual({ fine: true });
      expect(server.requests).toHaveLength(2);
      expect(slept).toEqual([500]);
    },
  );

  it.each(Object.entries(FAULTS))(
    '%s for ever: bounded, and said to be so',
    async (name, fault) => {
      const limits = { ...limitsOf(name), attempts: 2 };
      const { client, server } = await open(fault, limits);
      expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
      expect(server.requests).toHaveLength(2);
    },
  );

  it.each(Object.entries(FAULTS))(
    '%s: a POST never happens twice',
    async (name, fault) => {
      const { client, server } = await open(failing(1, fault), limitsOf(name));
      const post = { method: 'POST', path: '/x', body: {} } as const;
      expect(await codeOf(client.send(post))).toBe(
        'approval/forge-unavailable',
      );
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each([
    ['7', [7_000]],
    ['Sat, 16 May 2026 11:00:09 GMT', [9_000]],
    ['Sat, 16 May 2026 10:00:00 GMT', [0]],
  ])('429 with Retry-After: %s waits as long', async (header, expected) => {
    const { client } = await open(
      failing(1, status(429, { 'retry-after': header })),
    );
    expect((await client.send(GET)).status).toBe(200);
    expect(slept).toEqual(expected);
  });

  it.each(['86400', 'Sun, 17 May 2026 11:00:00 GMT'])(
    'Retry-After: %s is not waited for',
    async (header) => {
      const { client, server } = await open(
        status(429, { 'retry-after': header }),
      );
      expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
      expect(server.requests).toHaveLength(1);
      expect(slept).toEqual([]);
    },
  );

  it('a limit under the name of 403 is a limit', async () => {
    const limited = status(403, { 'x-ratelimit-remaining': '0' });
    const { client } = await open(failing(1, limited));
    expect((await client.send(GET)).status).toBe(200);
  });

  it('redirect to another host: the token never leaves its host', async () => {
    const other = await open(fine);
    const { client, server } = await open(
      status(302, { location: `${other.server.url}/steal` }),
    );
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
    expect(server.requests).toEqual([
      { line: 'GET /api/v1/x', token: 'Bearer tok' },
    ]);
    expect(other.server.requests).toEqual([]);
  });

  it('a path cannot lead to another host', async () => {
    const { client, server } = await open(fine);
    const path = '@127.0.0.2:1/x';
    await expect(client.send({ method: 'GET', path })).resolves.toMatchObject({
      status: 200,
    });
    expect(server.requests[0]?.line).toBe('GET /api/v1@127.0.0.2:1/x');
  });

  it.each([
    [
      'gzip bomb',
      gzipSync(Buffer.alloc(1_000_000)),
      { 'content-encoding': 'gzip' },
    ],
    ['too much', Buffer.alloc(1_000_000, ' '), {}],
  ])('%s: bounded', async (_, body, headers) => {
    const { client } = await open(
      (_request, response) => response.writeHead(200, headers).end(body),
      { maxBytes: 10_000, attempts: 1 },
    );
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
  });

  it('reads what is packed', async () => {
    const { client } = await open((_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync('{"fine":true}')),
    );
    expect((await client.send(GET)).body).toEqual({ fine: true });
  });

  it('asks with less time left than one request may take', async () => {
    const { client } = await open(fine, { totalMs: 10_000 });
    expect((await client.send(GET)).body).toEqual({ fine: true });
  });

  it('all requests together end in time', async () => {
    const { client } = await open(() => {}, { totalMs: 200 });
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
  });

  it('nobody listens: said to be so', async () => {
    const { client, server } = await open(fine, { attempts: 2 });
    servers.length = 0;
    await server.close();
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
  });
});

describe('api-malformed', () => {
  it.each([
    ['truncated JSON', '{"fine":tr'],
    ['an HTML page with 200', '<!doctype html><p>Sign in'],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22])],
  ])('%s is not believed', async (_, body) => {
    const { client } = await open((_request, response) => response.end(body));
    expect(await codeOf(client.send(GET))).toBe('approval/forge-unavailable');
  });
});

it.each([401, 403])(
  '%i: no permission is an answer of its own',
  async (code) => {
    const { client, server } = await open(status(code));
    expect(await codeOf(client.send(GET))).toBe('approval/forbidden');
    expect(server.requests).toHaveLength(1);
  },
);

it.each(['', 'ftp://x/y', 'https://user:pw@x/y', 'x', 'https://x/?a=b'])(
  'the address %j is refused',
  (api) => {
    const clock = { now: () => NOW, elapsed: () => 0, sleep: async () => {} };
    expect(() =>
      openHttpClient({ api, token: 'tok', headers: {}, clock }),
    ).toThrow(ActionError);
  },
);
