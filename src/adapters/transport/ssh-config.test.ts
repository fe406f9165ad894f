import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../model/errors.ts';
import { policySchema } from '../../model/policy.ts';
import { renderSshConfig } from './ssh-config.ts';

const policy = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'ssh', address: 'fd00::1', user: 'deploy' } },
}).hosts['box'];

function render(changes: Readonly<Record<string, string>>): string {
  if (!policy) throw new Error('no host');
  return renderSshConfig({
    policy: { ...policy, ...changes },
    knownHosts: '/job/known_hosts',
    identityFile: changes['identityFile'] ?? '/job/key',
    controlPath: '/tmp/ag-0-0/0',
  });
}

describe('renderSshConfig', () => {
  it('pins keys, asks nothing, forwards nothing', () => {
    const lines = render({}).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '  HostName "fd00::1"',
        '  User "deploy"',
        '  BatchMode yes',
        '  ForwardAgent no',
        '  GlobalKnownHostsFile none',
        '  IdentitiesOnly yes',
        '  IdentityAgent none',
        '  ProxyCommand none',
        '  StrictHostKeyChecking yes',
        '  UserKnownHostsFile "/job/known_hosts"',
      ]),
    );
  });

  it('ssh-injection: no value becomes an option of its own', () => {
    const count = render({}).split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        for (const key of ['address', 'user', 'identityFile']) {
          try {
            expect(render({ [key]: value }).split('\n')).toHaveLength(count);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }
      }),
    );
  });

  it.each(['', '-oProxyCommand=x', 'a"b', 'a\nb', 'a\\b', '${HOME}/key'])(
    'ssh-injection: refuses %j',
    (value) => {
      expect(() => render({ identityFile: value })).toThrow(InputError);
    },
  );

  it('takes a percent sign as it is', () => {
    expect(render({ identityFile: '/a%h' })).toContain('IdentityFile "/a%%h"');
  });
});
