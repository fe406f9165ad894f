import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeStateRemote,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import type { Lease } from '../model/lease.ts';
import { readFreezes } from './freeze-store.ts';
import { readLease, readLeases, renderLeases } from './lease-store.ts';
import type { StateStore } from './store.ts';

const free: Lease = { schema: 1, host: 'web', fence: 7, holder: null };
const text = (value: unknown) => JSON.stringify(value);

let remote: StateRemote;
let store: StateStore;
beforeEach(() => {
  remote = makeStateRemote();
  store = remote.open();
});
afterEach(() => remote.remove());

const write = (path: string, content: string) =>
  store.commit({
    message: 'by hand',
    update: async () => new Map([[path, content]]),
  });

it('reads a lease as it was written, and knows where there is none', async () => {
  const update = async () => renderLeases([free]);
  await store.commit({ message: 'lease', update });
  const snapshot = await store.fetch();
  expect(await readLease(snapshot, 'web')).toEqual({
    kind: 'read',
    lease: free,
  });
  expect(await readLease(snapshot, 'we')).toEqual({ kind: 'absent' });
  expect([...(await readLeases(snapshot)).keys()]).toEqual(['web']);
});

it.each([
  ['empty', ''],
  ['cut off', text(free).slice(0, -1)],
  ['of another host', text({ ...free, host: 'db' })],
  ['of a later schema', text({ ...free, schema: 2 })],
  ['with a fence below zero', text({ ...free, fence: -1 })],
  ['with a fence twice', '{"fence":1,"fence":2}'],
])(
  'corrupt or empty lease: one that is %s is never free',
  async (_, content) => {
    await write('state/leases/web.json', content);
    const record = await readLease(await store.fetch(), 'web');
    expect(record.kind).toBe('unreadable');
  },
);

it('reads a lease and a freeze that are no text as unreadable', async () => {
  await write('state/leases/web.json', text(free));
  const blob = remote.writeBlob(Buffer.from([0xff, 0xfe]));
  const leases = `100644 blob ${blob}\tweb.json`;
  const folder = remote.writeTree([leases]);
  const freezes = remote.writeTree([`100644 blob ${blob}\tall.json`]);
  const state = remote.writeTree([
    `040000 tree ${freezes}\tfreezes`,
    `040000 tree ${folder}\tleases`,
  ]);
  const parent = remote.log()[0];
  remote.plant([`040000 tree ${state}\tstate`], parent);
  const snapshot = await store.fetch();
  expect((await readLease(snapshot, 'web')).kind).toBe('unreadable');
  expect(await readFreezes(snapshot)).toMatchObject([
    { kind: 'unreadable', scope: { kind: 'all' } },
  ]);
});

it('takes a freeze in the place of another for one that cannot be read', async () => {
  const freeze = {
    schema: 1,
    scope: { kind: 'module', name: 'db' },
    reason: 'x',
    author: 'ada',
    since: '2026-05-16T11:00:00Z',
    until: null,
    source: 'person',
    run: { id: '1', number: '1', attempt: '1', url: '' },
  };
  await write('state/freezes/modules/web.json', text(freeze));
  await write('state/freezes/modules/db.json', text(freeze));
  expect(await readFreezes(await store.fetch())).toMatchObject([
    { kind: 'read', freeze: { reason: 'x' } },
    { kind: 'unreadable', scope: { kind: 'module', name: 'web' } },
  ]);
});
