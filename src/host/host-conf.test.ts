import { expect, it } from 'vitest';
import { policySchema } from '../model/policy.ts';
import { parseHostConf, planHostConf, renderHostConf } from './host-conf.ts';

const policy = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'local', runtime_root: '/srv/ag' } },
  sacred: { paths: ['/srv/photos'] },
});
const host = policy.hosts['box'];
if (!host) throw new Error('no host');
const plan = (present: string, changes = {}) =>
  planHostConf({ host, policy }, parseHostConf(present), changes);

it('takes places from the policy, and lets one driver through', () => {
  expect(Object.fromEntries(plan(''))).toEqual({
    driver: ['compose'],
    runtime_root: ['/srv/ag'],
    backup_root: ['/srv/ag/backups'],
    sacred: ['/srv/photos'],
  });
});

it('keeps what is on the host, and gives up no sacred path', () => {
  const present =
    '# by hand\nsacred=/srv/mail\ndriver=command\nrepository=https://forge.example/a=b\nruntime_root=/old\n';
  expect(Object.fromEntries(plan(present, { driver: undefined }))).toEqual({
    driver: ['command'],
    sacred: ['/srv/mail', '/srv/photos'],
    repository: ['https://forge.example/a=b'],
    runtime_root: ['/srv/ag'],
    backup_root: ['/srv/ag/backups'],
  });
  expect(plan(present, { driver: ['compose'] }).get('driver')).toEqual([
    'compose',
  ]);
});

it('reads what it wrote, and writes that again', () => {
  const once = renderHostConf(plan('project=a\nproject=b\n'));
  expect(renderHostConf(plan(once))).toBe(once);
});
