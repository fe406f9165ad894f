import { describe, expect, it } from 'vitest';
import { type Status, statusPath } from '../model/status.ts';
import type { StateSnapshot } from './snapshot.ts';
import {
  parseStatus,
  readStatus,
  readStatuses,
  renderStatuses,
} from './status-store.ts';

const makeStatus = (changed: Partial<Status> = {}): Status => ({
  schema: 1,
  module: 'uptime-kuma',
  last_apply_sha: 'a'.repeat(40),
  approved_sha: null,
  head_sha: null,
  last_apply_pr: 7,
  last_apply_at: '2026-05-16T11:00:00Z',
  last_apply_host: 'rs2000',
  last_apply_actor: 'somebody',
  last_apply_returncode: 0,
  last_apply_result: 'applied',
  tree: 'b'.repeat(64),
  attempted_sha: 'a'.repeat(40),
  attempted_tree: 'b'.repeat(64),
  plan_digest: `sha256:${'c'.repeat(64)}`,
  health: 'healthy',
  restarts: null,
  run: { id: '1', number: '1', attempt: '1', url: '' },
  break_glass_reason: null,
  fence: null,
  ...changed,
});

const makeSnapshot = (texts: ReadonlyMap<string, string | null>) => {
  const files = new Map(
    [...texts].flatMap(([path, text]) => (text === null ? [] : [[path, text]])),
  );
  return {
    commit: 'd'.repeat(40),
    remoteHeads: new Map(),
    list: (prefix) =>
      [...files.keys()].filter((path) => path.startsWith(prefix)),
    read: async (path) => files.get(path),
    readAll: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const text = files.get(path);
          return text === undefined ? [] : [[path, text]];
        }),
      ),
    readEach: async function* () {},
  } satisfies StateSnapshot;
};

describe('statuses', () => {
  const statuses = [makeStatus(), makeStatus({ module: 'redis', tree: null })];
  const snapshot = makeSnapshot(renderStatuses(statuses));

  it('are read as they were written', async () => {
    expect(await readStatuses(snapshot)).toEqual(
      new Map(statuses.map((status) => [status.module, status])),
    );
    expect(await readStatus(snapshot, 'redis')).toEqual(statuses[1]);
  });

  it('are undefined for a module that was never applied', async () => {
    expect(await readStatus(snapshot, 'postgres')).toBeUndefined();
  });

  it('other folders of the branch are not looked at', async () => {
    const other = makeSnapshot(new Map([['state/modules/a.status.json', '?']]));
    expect(await readStatuses(other)).toEqual(new Map());
  });
});

describe('parseStatus', () => {
  const text = JSON.stringify(makeStatus());
  const path = statusPath('uptime-kuma');

  it.each<[string, string, string]>([
    ['no JSON', path, text.slice(0, -1)],
    ['an empty file', path, ''],
    ['null', path, 'null'],
    ['a list', path, '[]'],
    ['an unknown key', path, text.replace('{', '{"more":1,')],
    ['a prototype', path, text.replace('{', '{"__proto__":{"tree":null},')],
    ['the same name twice', path, text.replace('{', '{"tree":null,')],
    ['another schema', path, text.replace('"schema":1', '"schema":2')],
    ['a short SHA', path, text.replace('a'.repeat(40), 'a'.repeat(7))],
    ["another module's name", statusPath('redis'), text],
    ['a name that is no module', statusPath('__proto__'), text],
    ['a name that is an inherited key', statusPath('constructor'), text],
    ['a folder', '.platform/state/modules/a/uptime-kuma.status.json', text],
    ['another suffix', '.platform/state/modules/uptime-kuma.json', text],
  ])('refuses %s', (_name, where, document) => {
    expect(() => parseStatus(where, document)).toThrow(
      expect.objectContaining({
        code: 'state/malformed',
        evidence: { path: where },
      }),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
