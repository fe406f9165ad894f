import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('the files of a compose module', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  const services = () => Object.keys(stand.containers());

  const word = (service = 'web') =>
    stand.exec(service, 'sh', '-c', 'echo "$WORD"');

  const changes = async (...plan: Parameters<ComposeStand['plan']>) =>
    (await stand.plan(...plan)).changes.map(
      ({ action, destructive, resource }) =>
        `${action} ${resource}${destructive ? ' !' : ''}`,
    );

  it(
    'an override counts where it is listed, in the order of the list',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const says = (WORD: string) => ({
        services: { web: { environment: { WORD } } },
      });
      const release = (files: readonly string[]) =>
        stand.release(
          {
            'compose.yaml': { services: { web: { image } } },
            'compose.override.yaml': says('override'),
            'docker-compose.yml': says('docker'),
            'one.yaml': says('one'),
            'two.yaml': says('two'),
          },
          { manifest: { compose: { files } } },
        );
      await stand.applied(release([]));
      expect(word()).toBe('');
      await stand.applied(release(['one.yaml', 'two.yaml']));
      expect(word()).toBe('two');
      await stand.applied(release(['two.yaml', 'one.yaml']));
      expect(word()).toBe('one');
      await stand.applied(release(['compose.override.yaml']));
      expect(word()).toBe('override');
    },
  );

  it('profiles count where they are listed', TIMEOUT, async () => {
    const { image } = stand;
    const release = (...profiles: readonly string[]) =>
      stand.release(
        {
          'compose.yaml': {
            services: {
              web: { image },
              debug: { image, profiles: ['debug'] },
              trace: { image, profiles: ['trace'], depends_on: ['web'] },
            },
          },
        },
        { manifest: { compose: { profiles } } },
      );
    await stand.applied(release());
    expect(services()).toEqual(['web']);
    const before = stand.started();
    expect(await changes(release('debug', 'trace'))).toEqual([
      'create service/debug',
      'create service/trace',
    ]);
    await stand.applied(release('debug', 'trace'));
    expect(stand.started()).toMatchObject(before);
    expect(await changes(release('trace'))).toEqual(['remove service/debug !']);
    await stand.applied(release('trace'));
    expect(services()).toEqual(['trace', 'web']);
    expect(stand.started()).toMatchObject(before);
  });

  it(
    'what an edit of a file of the host means takes effect',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const release = stand.release(
        {
          'compose.yaml': {
            services: {
              web: { image, env_file: '.env' },
              shown: { image, environment: { WORD: 'is ${WORD}' } },
              given: {
                ...{ image, environment: { WORD: 'fixed' } },
                secrets: ['word'],
                configs: [{ source: 'word', target: '/word' }],
              },
              other: { image },
            },
            secrets: { word: { environment: 'WORD' } },
            configs: { word: { environment: 'WORD' } },
          },
        },
        { manifest: { host_files: ['.env'] } },
      );
      stand.keep('.env', 'WORD=first-word\n');
      await stand.applied(release);
      expect([word(), word('shown')]).toEqual(['first-word', 'is first-word']);
      const read = ['cat', '/run/secrets/word', '/word'];
      expect(stand.exec('given', ...read)).toBe('first-wordfirst-word');
      const before = stand.started();
      expect(await changes(release)).toEqual([]);
      stand.keep('.env', 'WORD=second-word\n');
      const plan = await stand.plan(release);
      expect(plan.changes).toMatchObject([
        { resource: 'service/given', action: 'recreate' },
        { resource: 'service/shown', action: 'update' },
        { resource: 'service/web', action: 'update' },
      ]);
      expect(JSON.stringify(plan)).not.toMatch(/first-word|second-word/);
      await stand.applied(release);
      expect([word(), word('shown')]).toEqual([
        'second-word',
        'is second-word',
      ]);
      expect(stand.exec('given', ...read)).toBe('second-wordsecond-word');
      expect(stand.started()['other']).toBe(before['other']);
      expect(await changes(release)).toEqual([]);
    },
  );

  it(
    'a compose file outside of the folder of the module has its own relative paths',
    TIMEOUT,
    async () => {
      const { host, image, project } = stand;
      const file = '/stacks/apps/compose.yaml';
      const release = (content: string) =>
        stand.release(
          {
            [file]: {
              services: {
                web: {
                  ...{ image, env_file: 'app.env' },
                  environment: { HOSTED: '${TRACKED} ${HOSTED}' },
                  volumes: [
                    './conf:/conf:ro',
                    `../../modules/${project}/www:/www:ro`,
                    `../../modules/${project}/data:/data`,
                  ],
                  configs: ['app'],
                },
                other: { image },
              },
              configs: { app: { file: './app.conf' } },
            },
            '/stacks/apps/conf/page': content,
            '/stacks/apps/app.conf': content,
            '/stacks/apps/.env': 'HOSTED=from-git\nTRACKED=both\n',
            '/stacks/apps/app.env': `WORD=${content}\n`,
            'www/page': content,
          },
          {
            manifest: {
              compose: { file },
              paths: ['stacks/apps/**'],
              ...{ host_dirs: ['data'], host_files: ['.env'] },
            },
          },
        );
      mkdirSync(join(host.runtimeRoot, project, 'shared', 'data'), {
        recursive: true,
      });
      stand.keep('.env', 'HOSTED=from-the-host\n');
      const all = 'cat /conf/page /www/page /app; echo " $WORD $HOSTED"';
      await stand.applied(release('one-'));
      stand.exec('web', 'sh', '-c', 'echo kept >/data/row');
      expect(stand.exec('web', 'sh', '-c', all)).toBe(
        'one-one-one- one- both from-the-host',
      );
      const before = stand.started();
      expect(await changes(release('two-'))).toEqual(['update service/web']);
      await stand.applied(release('two-'));
      expect(stand.exec('web', 'sh', '-c', all)).toBe(
        'two-two-two- two- both from-the-host',
      );
      expect(stand.exec('web', 'cat', '/data/row')).toBe('kept');
      expect(stand.started()['other']).toBe(before['other']);
      expect(await changes(release('two-'))).toEqual([]);
    },
  );
});
