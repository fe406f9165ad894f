import { expect, test } from 'vitest';
import { InputError } from '../model/errors.ts';
import { hostOfPath, parseHosts, parsePlaces } from './host-option.ts';

test.each([
  ['web1=deploy@web1.example.org', { address: 'web1.example.org' }],
  ['web1=deploy@10.0.0.1:2222', { address: '10.0.0.1', port: 2222 }],
  ['web1=deploy@[2001:db8::1]:22', { address: '2001:db8::1', port: 22 }],
])('%s is a host', (text, host) => {
  expect(parseHosts([text])).toEqual({
    web1: { transport: 'ssh', user: 'deploy', ...host },
  });
});

test('this machine is one, too', () => {
  expect(parseHosts(['me=local'])).toEqual({ me: { transport: 'local' } });
});

test.each([
  ...['', 'web1', 'web1=', 'web1=host', 'web1=@host', 'web1=a@b@c'],
  ...['Web1=a@b', 'web1=a@b:0', 'web1=a@b:99999', 'web1=a@-oProxy', '=a@b'],
  ...[
    'web1=a@b:22:22',
    'web1=-a@b',
    '__proto__=a@b',
    'web1=a@[::1',
    'web1=a b@c',
  ],
])('%j is none', (text) => {
  expect(() => parseHosts([text])).toThrow(InputError);
});

test('a name is given once', () => {
  expect(() => parseHosts(['a=x@y', 'a=x@z'])).toThrow(InputError);
});

test('the closest folder says the host, then its name, then there is but one', () => {
  const hosts = ['web1', 'web2'];
  const policy = parseHosts(hosts.map((name) => `${name}=a@b`));
  const places = parsePlaces(['apps=web1', 'apps/x/=web2'], policy as never);
  expect(hostOfPath('apps/y/compose.yaml', places, hosts)).toBe('web1');
  expect(hostOfPath('apps/x/y/compose.yaml', places, hosts)).toBe('web2');
  expect(hostOfPath('web2/y/compose.yaml', new Map(), hosts)).toBe('web2');
  expect(hostOfPath('y/compose.yaml', new Map(), hosts)).toBeUndefined();
  expect(hostOfPath('web1/web2/c.yaml', new Map(), hosts)).toBeUndefined();
  expect(hostOfPath('y/compose.yaml', new Map(), ['web1'])).toBe('web1');
  expect(() => parsePlaces(['apps=web3'], policy as never)).toThrow(InputError);
});
