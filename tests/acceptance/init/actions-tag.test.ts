import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GitHttpServer, startGitHttp } from '../../support/git-http.ts';
import {
  APPS,
  codeOf,
  HOST,
  type InitRepository,
  makeInitRepository,
} from '../../support/init-repository.ts';
import { makePlatform, type Platform } from '../../support/platform.ts';

let actions: Platform;
let server: GitHttpServer;
let repository: InitRepository;
beforeEach(async () => {
  actions = makePlatform({ 'action.yml': 'name: actions\n' });
  actions.git('tag', '-a', '-m', 'a release', 'v0.1.0');
  actions.git('tag', 'light');
  actions.commit({ 'action.yml': 'name: later\n' });
  actions.git('push', '-q', '--tags', 'origin');
  // A forge serves a repository without .git at its end as well.
  mkdirSync(join(actions.root, 'ops'));
  symlinkSync(actions.remote, join(actions.root, 'ops/apply-gates'));
  server = await startGitHttp({ root: actions.root });
  repository = makeInitRepository(APPS);
});
afterEach(async () => {
  repository.close();
  await server.close();
  actions.close();
});

const init = (tag: string) =>
  repository.init(
    ...[...HOST, '--forge', 'forgejo', '--yes'],
    ...['--actions-url', `${server.url}/ops/apply-gates`, '--actions-tag', tag],
  );

it.each(['v0.1.0', 'light'])('pins what the tag %s stands for', async (tag) => {
  expect((await init(tag)).exitCode).toBe(0);
  const path = join(repository.checkout, '.forgejo/workflows/auto-apply.yml');
  const released = actions.git('rev-parse', `${tag}^{commit}`);
  expect(readFileSync(path, 'utf8')).toContain(
    `uses: ${server.url}/ops/apply-gates/actions/prepare@${released} # ${tag}`,
  );
});

it.each(['v0.2.0', '--upload-pack=x', 'v0..1', 'v0.*'])(
  'refuses %s, which is no tag there',
  async (tag) => {
    expect(codeOf(await init(tag))).toBe('input/malformed');
  },
);
