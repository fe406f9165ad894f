import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  makeComposeFacts,
} from '../../../../tests/support/compose-facts.ts';
import { makeComposeSubject } from '../../../../tests/support/compose-subject.ts';
import { decideChanges } from './decide-changes.ts';

const OLD = 'f'.repeat(64);
const VPN = { image: 'vpn:1' };
const CHANGED = { vpn: [{ config: OLD }] };
const ON_VPN = { vpn: { condition: 'service_started' } };
const AFTER_VPN = { vpn: { condition: 'service_started', restart: true } };

type Services = FactsOptions['model']['services'];

/** `action resource: detail` of all that changes. */
function decide(
  services: Services,
  containers: FactsOptions['containers'],
  manifest = '',
): string[] {
  const model = { services: { vpn: VPN, ...services } };
  const facts = makeComposeFacts({
    ...{ model, previous: model },
    ...(containers ? { containers } : {}),
  });
  const subject = makeComposeSubject({ manifest });
  return decideChanges(facts, subject).map(
    ({ action, resource, detail }) => `${action} ${resource}: ${detail}`,
  );
}

const VPN_CHANGES = 'update service/vpn: configuration';

describe('a service in the container of one that changes', () => {
  it.each([
    ['network_mode', { network_mode: 'service:vpn' }],
    ['pid', { pid: 'service:vpn' }],
    ['ipc', { ipc: 'service:vpn' }],
    ['volumes_from', { volumes_from: ['vpn:ro'] }],
  ])('is made anew as well: %s', (key, joining) => {
    expect(decide({ web: { image: 'web:1', ...joining } }, CHANGED)).toEqual([
      VPN_CHANGES,
      `recreate service/web: ${key} is that of vpn, which changes`,
    ]);
  });

  it('is made anew where it would change anyhow, and says why', () => {
    const web = { image: 'web:1', network_mode: 'service:vpn' };
    const containers = { ...CHANGED, web: [{ config: OLD }] };
    expect(decide({ web }, containers)).toEqual([
      VPN_CHANGES,
      'recreate service/web: configuration; network_mode is that of vpn, which changes',
    ]);
  });

  it.each<[string, object, FactsOptions['containers'], string]>([
    ['is not there yet', {}, { web: [] }, 'create service/web: image web:1'],
    [
      'is not to run',
      { scale: 0 },
      { web: [{}] },
      'update service/web: replicas 1 -> 0',
    ],
  ])('keeps its own action where it %s', (_, more, containers, change) => {
    const web = { image: 'web:1', network_mode: 'service:vpn', ...more };
    expect(decide({ web }, { ...CHANGED, ...containers })).toEqual([
      VPN_CHANGES,
      change,
    ]);
  });

  it('has followers of its own', () => {
    const services = {
      agent: { image: 'agent:1', pid: 'service:web' },
      web: { image: 'web:1', network_mode: 'service:vpn' },
    };
    expect(decide(services, CHANGED)).toEqual([
      'recreate service/agent: pid is that of web, which changes',
      VPN_CHANGES,
      'recreate service/web: network_mode is that of vpn, which changes',
    ]);
  });

  it('is left alone where it is of another module', () => {
    const web = { image: 'web:1', network_mode: 'service:vpn' };
    const manifest = 'compose: {services: [vpn]}';
    expect(decide({ web }, CHANGED, manifest)).toEqual([VPN_CHANGES]);
  });

  it('stays where nothing changes', () => {
    const web = { image: 'web:1', network_mode: 'service:vpn' };
    expect(decide({ web }, {})).toEqual([]);
  });
});

it('restarts what asks for it', () => {
  const web = { image: 'web:1', depends_on: AFTER_VPN };
  expect(decide({ web }, CHANGED)).toEqual([
    VPN_CHANGES,
    'update service/web: restarts with vpn (depends_on), which changes',
  ]);
});

it.each<[string, Services, FactsOptions['containers'], string]>([
  ['depends and does not ask', { web: { depends_on: ON_VPN } }, CHANGED, ''],
  [
    'is expected to end',
    { web: { depends_on: AFTER_VPN } },
    { ...CHANGED, web: [{ state: 'exited' }] },
    'compose: {oneshot: [web]}',
  ],
])('leaves alone what %s', (_, services, containers, manifest) => {
  expect(decide(services, containers, manifest)).toEqual([VPN_CHANGES]);
});

it('does not restart what waits for one that was not there', () => {
  const web = { image: 'web:1', depends_on: AFTER_VPN };
  expect(decide({ web }, { vpn: [] })).toEqual([
    'create service/vpn: image vpn:1',
  ]);
});

it('makes anew what is left in a network that is gone', () => {
  const web = { image: 'web:1', network_mode: 'service:vpn' };
  expect(decide({ web }, { web: [{ lost: 'lost' }] })).toEqual([
    'recreate service/web: the container that it shares the network or processes of was started later',
  ]);
});

it('makes anew what somebody took out of its network', () => {
  const web = { image: 'web:1' };
  expect(decide({ web }, { web: [{ lost: 'apart' }] })).toEqual([
    'recreate service/web: is cut off from a network that it should be in',
  ]);
});
