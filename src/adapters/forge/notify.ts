import type { Clock } from '../clock.ts';
import { openHttpClient, unavailable } from './http-client.ts';

export interface Notice {
  /** Address of a topic, such as `https://ntfy.sh/<topic>`. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
}

/** Sends a message to a phone. Sent once; what fails is thrown. */
export async function notify(
  { url, title, text }: Notice,
  clock: Clock,
): Promise<void> {
  const topic = new URL(url);
  const client = openHttpClient({
    api: topic.origin,
    token: '',
    headers: {},
    clock,
    limits: { totalMs: 15_000 },
  });
  const request = {
    method: 'POST',
    // ntfy takes a message as JSON at its root, with the topic in it.
    path: '/',
    body: { topic: topic.pathname.slice(1), title, message: text },
  } as const;
  const { status, body } = await client.send(request);
  if (body !== undefined) return;
  throw unavailable(request, client.api, `it answers ${status}`);
}
