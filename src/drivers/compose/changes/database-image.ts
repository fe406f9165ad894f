/** Last part of an image name, without what its maker adds to it. */
const DATABASES: ReadonlySet<string> = new Set([
  ...['postgres', 'postgresql', 'postgis', 'pgvector', 'pgvecto-rs', 'edgedb'],
  ...['timescaledb', 'timescale', 'vectorchord', 'cockroach', 'yugabyte'],
  ...['mysql', 'mariadb', 'percona', 'percona-xtradb-cluster', 'mssql'],
  ...['mongo', 'mongodb', 'percona-server-mongodb', 'ferretdb', 'couchdb'],
  ...['redis', 'valkey', 'keydb', 'dragonfly', 'redis-stack', 'memgraph'],
  ...['elasticsearch', 'opensearch', 'solr', 'meilisearch', 'typesense'],
  ...['clickhouse', 'cassandra', 'scylla', 'influxdb', 'questdb'],
  ...['neo4j', 'arangodb', 'surrealdb', 'rethinkdb', 'dgraph', 'couchbase'],
  ...['qdrant', 'weaviate', 'milvus', 'victoria-metrics'],
  ...['etcd', 'consul', 'vault', 'zookeeper', 'kafka', 'rabbitmq', 'nats'],
]);

/** What is added to such a name without making it another thing. */
const ADDED =
  /-(?:alpine|server|oss|ha|cluster|repmgr|sharded|galera|ee|ce|community|enterprise|single-node|all-in-one|docker|rootless|bookworm|trixie|ubuntu|ubi[0-9]*)$/;

/** Below this, the second number of a version is what changes the data. */
const TWO_NUMBERS: Readonly<Record<string, number>> = {
  postgres: 10,
  postgresql: 10,
  mysql: 8,
  percona: 8,
  mariadb: 11,
  mongo: 5,
  mongodb: 5,
  meilisearch: 2,
};

interface ImageReference {
  /** Last part of the name. */
  readonly name: string;
  readonly tag: string;
  /** With it, the tag is only a comment. */
  readonly digest: string;
}

/** An image before and after, as far as it is known. */
export interface ImageChange {
  /** The reference last applied, where there is one. */
  readonly before: string | undefined;
  readonly after: string;
  /** What runs is the very image that would run. */
  readonly same: boolean;
}

/**
 * Whether a database would meet data of another major version, or could, since
 * nothing says that it would not. Going down is no better than going up.
 */
export function mayChangeMajor({ after, before, same }: ImageChange): boolean {
  const next = referenceOf(after);
  const last = before === undefined ? undefined : referenceOf(before);
  const kind = databaseOf(next.name);
  if (kind === undefined && (!last || databaseOf(last.name) === undefined)) {
    return false;
  }
  if (same) return false;
  if (!last || kind === undefined || databaseOf(last.name) !== kind) {
    return true;
  }
  if (next.digest !== '' && next.digest === last.digest) return false;
  const version = versionOf(kind, next.tag);
  return version === undefined || version !== versionOf(kind, last.tag);
}

/** Name, tag and digest of `registry:5000/group/name:tag@sha256:...`. */
function referenceOf(image: string): ImageReference {
  const at = image.indexOf('@');
  const digest = at < 0 ? '' : image.slice(at + 1);
  const path = at < 0 ? image : image.slice(0, at);
  const last = path.slice(path.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0
    ? { name: last, tag: '', digest }
    : { name: last.slice(0, colon), tag: last.slice(colon + 1), digest };
}

/** What an image is that keeps data, such as `postgres`; undefined for no known one. */
export function databaseKind(image: string): string | undefined {
  return databaseOf(referenceOf(image).name);
}

function databaseOf(name: string): string | undefined {
  let rest = name.toLowerCase();
  while (!DATABASES.has(rest)) {
    const shorter = rest.replace(ADDED, '');
    if (shorter === rest) return undefined;
    rest = shorter;
  }
  return rest;
}

/**
 * The part of a tag that says which data it can read, such as `16`, `5.7` or
 * `pg16` for an extension of PostgreSQL; undefined where none is said.
 */
function versionOf(kind: string, tag: string): string | undefined {
  const server = /(?:^|[^a-z])pg\.?([0-9]+)(?![0-9])/i.exec(tag)?.[1];
  const [, major, minor] = /^v?([0-9]+)(?:\.([0-9]+))?/.exec(tag) ?? [];
  if (server !== undefined) return `${major ?? ''} pg${Number(server)}`;
  if (major === undefined) return undefined;
  return Number(major) < (TWO_NUMBERS[kind] ?? 0)
    ? `${Number(major)}.${minor ?? ''}`
    : String(Number(major));
}
