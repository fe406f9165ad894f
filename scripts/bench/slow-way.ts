import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine that is as long as it says. */
export interface SlowWay {
  readonly url: string;
  close(): void;
}

/**
 * Everything takes half of a round trip in each direction, and a connection one
 * more until it stands. Whatever is on its way at once does not wait for the
 * other.
 */
export async function openSlowWay(
  target: string,
  roundTripMs: number,
): Promise<SlowWay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const opened = performance.now() + roundTripMs;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from.on('close', () => sockets.delete(from)));
      const later = (deliver: () => void) => {
        const wait = Math.max(0, opened - performance.now()) + roundTripMs / 2;
        setTimeout(deliver, wait);
      };
      from.on('data', (chunk) => later(() => to.write(chunk)));
      from.on('end', () => later(() => to.end()));
      from.on('error', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
