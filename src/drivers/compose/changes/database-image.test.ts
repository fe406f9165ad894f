import { expect, it } from 'vitest';
import { mayChangeMajor } from './database-image.ts';

const DIGEST = `@sha256:${'a'.repeat(64)}`;
const OTHER = `@sha256:${'b'.repeat(64)}`;

it.each([
  ['postgres:16.1', 'postgres:16.4-alpine'],
  ['postgres:16', 'registry.example/library/postgres:16'],
  ['postgres:16', `postgres:16${DIGEST}`],
  ['localhost:5000/postgres:16', 'localhost:5000/postgres:16.2'],
  ['bitnami/postgresql:16', 'bitnamilegacy/postgresql:16.2.0-debian-12'],
  ['pgvector/pgvector:pg16', 'pgvector/pgvector:pg16'],
  ['timescale/timescaledb:2.14.2-pg16', 'timescale/timescaledb:2.15.0-pg16'],
  ['mysql:8.0', 'mysql/mysql-server:8.4'],
  ['mariadb:11.4', 'mariadb:11.5'],
  ['postgres:9.6.1', 'postgres:9.6.24'],
  [
    'registry.example/coreos/etcd:v3.5.0',
    'registry.example/coreos/etcd:v3.5.9',
  ],
  [`postgres${DIGEST}`, `postgres${DIGEST}`],
  [`postgres:latest${DIGEST}`, `postgres:16${DIGEST}`],
  ['nginx:1', 'nginx:2'],
  ['mongo-express:1', 'mongo-express:2'],
  ['prometheuscommunity/postgres-exporter:v0.15', 'x/postgres-exporter:v1'],
  ['app', 'app:latest'],
])('%s -> %s keeps the data', (before, after) => {
  expect(mayChangeMajor({ before, after, same: false })).toBe(false);
});

it.each([
  ['postgres:15', 'postgres:16'],
  ['postgres:16', 'postgres:15'],
  ['postgres:15-alpine', 'postgres:16-alpine'],
  ['localhost:5000/db/postgres:15', 'localhost:5000/db/postgres:16'],
  ['bitnami/postgresql:15.1', 'bitnami/postgresql:16.1'],
  ['postgis/postgis:15-3.4', 'postgis/postgis:16-3.4'],
  ['pgvector/pgvector:pg15', 'pgvector/pgvector:pg16'],
  ['pgvector/pgvector:0.7.0-pg15', 'pgvector/pgvector:0.7.0-pg16'],
  ['timescale/timescaledb-ha:pg15.4', 'timescale/timescaledb-ha:pg16.1'],
  ['postgres:9.5', 'postgres:9.6'],
  ['postgres:9', 'postgres:9.6'],
  ['mysql:5.6', 'mysql:5.7'],
  ['mysql:5.7', 'mysql:8.0'],
  ['mariadb:10.6', 'mariadb:10.11'],
  ['percona/percona-server:5.7', 'percona/percona-server:8.0'],
  ['mongo:4.2', 'mongo:4.4'],
  ['mongo:6', 'mongo:7'],
  ['redis:6', 'redis:7'],
  ['redis/redis-stack-server:6.2', 'redis/redis-stack-server:7.2'],
  ['valkey/valkey:7-alpine', 'valkey/valkey:8-alpine'],
  ['elasticsearch:7.17.0', 'elasticsearch:8.1.0'],
  ['clickhouse/clickhouse-server:23.8', 'clickhouse/clickhouse-server:24.8'],
  ['getmeili/meilisearch:v1.6', 'getmeili/meilisearch:v1.7'],
  ['rabbitmq:3-management', 'rabbitmq:4-management'],
  // Nothing says which version they are.
  ['postgres', 'postgres:16'],
  ['postgres:16', 'postgres:latest'],
  ['postgres:latest', 'postgres:latest'],
  ['redis:alpine', 'redis:alpine'],
  [`postgres${DIGEST}`, `postgres${OTHER}`],
  // Another product reads other files.
  ['mysql:8', 'mariadb:8'],
  ['postgres:16', 'supabase/data:16'],
  ['app:1', 'postgres:16'],
])('%s -> %s may not', (before, after) => {
  expect(mayChangeMajor({ before, after, same: false })).toBe(true);
});

it('is not asked of the very image that runs', () => {
  const change = { before: 'postgres:15', after: 'postgres:latest' };
  expect(mayChangeMajor({ ...change, same: true })).toBe(false);
});

it('cannot be told where nobody knows what ran', () => {
  const unknown = { before: undefined, same: false };
  expect(mayChangeMajor({ ...unknown, after: 'postgres:16' })).toBe(true);
  expect(mayChangeMajor({ ...unknown, after: 'nginx:1' })).toBe(false);
});
