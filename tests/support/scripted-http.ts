import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that does to each request what a test says. */
export interface ScriptedHttp {
  readonly url: string;
  /** `<METHOD> <path and query>`, with the authorization it carried. */
  readonly requests: readonly {
    readonly line: string;
    readonly token: string;
  }[];
  close(): Promise<void>;
}

export type Script = (
  request: IncomingMessage,
  response: ServerResponse,
  /** How many requests came before. */
  number: number,
) => void;

export async function startScriptedHttp(script: Script): Promise<ScriptedHttp> {
  const requests: { line: string; token: string }[] = [];
  const server = createServer((request, response) => {
    const token = request.headers.authorization ?? '';
    requests.push({ line: `${request.method} ${request.url}`, token });
    request.resume();
    script(request, response, requests.length - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers JSON. */
export function answerJson(
  response: ServerResponse,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
