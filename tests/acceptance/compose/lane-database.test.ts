import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeLane,
  openComposeLane,
} from '../../support/compose-lane.ts';
import { containersOf, docker, hasEngine } from '../../support/engine.ts';
import {
  type DatabaseService,
  hasPostgres,
  postgresService,
} from '../../support/engine-databases.ts';
import { hasSshd } from '../../support/sshd.ts';

let lane: ComposeLane;
let service: DatabaseService;

/** Stateless by its word alone, so that each push makes it anew. */
const db = (release: number, notes = '') =>
  lane.module('db', {
    compose: {
      services: {
        db: {
          ...service,
          environment: { RELEASE: String(release), TOKEN: '${DB_TOKEN:-}' },
          env_file: ['./db.env'],
          volumes: [...service.volumes, './notes:/notes:ro'],
        },
      },
    },
    files: { 'db.env': 'LANG=C\n', 'notes/text': notes },
    manifest: {
      host_files: ['.env'],
      host_dirs: ['data'],
      health: { timeout: '50s', streak: 1, interval: '1s' },
    },
  });

const psql = (statement: string) =>
  docker('exec', `${lane.project}-db-1`, 'psql', '-Atc', statement);

describe.skipIf(!hasEngine || !hasSshd || !hasPostgres)('a database', () => {
  beforeAll(async () => {
    lane = await openComposeLane();
    service = await postgresService(lane.project, './data');
    lane.share('db', '.env', 'DB_TOKEN=of the host\n');
    mkdirSync(join(lane.platform.host, 'db/shared/data'));
    const run = await lane.push(db(0));
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    psql('create table kept (release int)');
  });
  afterAll(() => lane?.close());

  it('empty-data: keeps its rows through ten releases that make it anew, and a restart', async () => {
    for (const release of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      psql(`insert into kept values (${release})`);
      const [before] = containersOf(lane.project);
      // Seen by compose, and seen by nobody but us.
      const changes = release % 2 ? db(release) : db(release - 1, 'other');
      const run = await lane.push(changes);
      expect(run.codes).toMatchObject({ apply: 'apply/applied' });
      const [after] = containersOf(lane.project);
      expect(after?.id).not.toBe(before?.id);
      expect(psql('select count(*) from kept')).toBe(String(release));
    }
    docker('restart', `${lane.project}-db-1`);
    await expect
      .poll(() => containersOf(lane.project)[0]?.health, { timeout: 60_000 })
      .toBe('healthy');
    expect(psql('select max(release) from kept')).toBe('10');
  }, 300_000);
});
