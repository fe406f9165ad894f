import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ForgeApi, makeForgeApi } from '../../tests/support/forge-api.ts';
import {
  type GitHttpServer,
  type RouteRequest,
  startGitHttp,
} from '../../tests/support/git-http.ts';
import { systemClock } from '../adapters/clock.ts';
import { openForge } from '../adapters/forge/open-forge.ts';
import { putComment } from './put-comment.ts';

const MARKER = '<!-- ours -->';

let api: ForgeApi;
let server: GitHttpServer;
beforeAll(async () => {
  server = await startGitHttp({
    root: '/nowhere',
    route: (request) => api.route(request),
  });
});
afterAll(() => server.close());
beforeEach(() => {
  api = makeForgeApi('acme/platform', 'tok');
});

async function put(text: string): Promise<void> {
  const forge = await openForge({
    context: {
      flavour: 'forgejo',
      repository: 'acme/platform',
      apiUrl: `${server.url}/api/v1`,
    },
    clock: systemClock,
    token: 'tok',
    limits: { attempts: 1 },
  });
  await putComment(forge, 3, { marker: MARKER, text });
}
const bodies = () => api.state.comments.map(({ body }) => body);
const plant = (body: string) =>
  api.state.comments.push({
    id: api.state.comments.length + 1,
    issue: 3,
    body,
  });
const changes = () => api.requests.filter((each) => !each.startsWith('GET'));

it('makes one comment, edits it, and leaves it where it says the same', async () => {
  plant('a word of somebody');
  await put('one');
  await put('two');
  await put('two');
  expect(bodies()).toEqual(['a word of somebody', `${MARKER}\ntwo`]);
  expect(changes()).toHaveLength(2);
});

it('is found behind any number of others', async () => {
  await put('one');
  for (let count = 0; count < 130; count += 1) plant('talk');
  await put('two');
  expect(bodies().filter((body) => body.startsWith(MARKER))).toHaveLength(1);
});

it('takes no notice of the marker inside of a quote', async () => {
  plant(`> ${MARKER}\n> one`);
  await put('one');
  expect(bodies()).toHaveLength(2);
});

it('makes its own beside one that it may not edit, once', async () => {
  plant(`${MARKER} planted`);
  api.setFault(({ method, url }: RouteRequest) =>
    method === 'PATCH' && url.pathname.endsWith('/comments/1')
      ? { status: 403, body: { message: 'no' } }
      : undefined,
  );
  await put('one');
  await put('two');
  expect(bodies()).toEqual([`${MARKER} planted`, `${MARKER}\ntwo`]);
});

it('what the forge refuses is told to the caller', async () => {
  api.setFault(() => ({ status: 403, body: { message: 'no' } }));
  await expect(put('one')).rejects.toMatchObject({
    code: 'approval/forbidden',
  });
});
