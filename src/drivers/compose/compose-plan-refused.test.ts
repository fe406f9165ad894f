import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  type ModelOptions,
  makeFactFields,
} from '../../../tests/support/compose-facts.ts';
import {
  type PlanOptions,
  planAnswered,
} from '../../../tests/support/compose-planning.ts';
import type { HostRequest } from '../../host/host-session.ts';

const WEB: ModelOptions = { services: { web: { image: 'site:1' } } };

const refusedAnswer = async (
  fields: Readonly<Record<string, string>>,
  options: PlanOptions = {},
) => {
  const result = await planAnswered(fields, options);
  if (result.kind === 'planned') throw new TypeError('planned');
  return [result.refusal, ...(result.others ?? [])];
};

const refused = (facts: FactsOptions, options: PlanOptions = {}) =>
  refusedAnswer(makeFactFields(facts), options);

describe('no plan where', () => {
  it('a file is refused, and nothing is sent', async () => {
    const requests: HostRequest[] = [];
    const files = { 'compose.yaml': 'include: [oci://evil/x]\n' };
    const [first] = await refusedAnswer({}, { files, requests });
    expect(first?.code).toBe('plan/remote-include');
    expect(requests).toEqual([]);
  });

  it.each([
    ['unsupported', 'host/unsupported'],
    ['truncated', 'plan/host-unreachable'],
    ['something new', 'internal/bug'],
  ])('the host tells of %s', async (problem, code) => {
    const [first] = await refusedAnswer({ problem });
    expect(first).toMatchObject({ code, module: 'web' });
  });

  it.each(
    Object.keys(makeFactFields({ model: WEB })).filter(
      (key) => key !== 'stderr',
    ),
  )('%s is nonsense', async (key) => {
    const whole = makeFactFields({ model: WEB, previous: WEB });
    const fields = { ...whole, [key]: '\t' };
    const [first] = await refusedAnswer(fields);
    expect(first?.code).toBe('host/nonsense');
  });

  it('it is about another project', async () => {
    const [first] = await refused({ model: { ...WEB, name: 'other' } });
    expect(first?.code).toBe('host/nonsense');
  });

  it.each([
    [
      'error while interpolating services.a.image: required variable TAG is missing a value: say it\n',
      'plan/unset-variable',
      'TAG',
    ],
    [
      'env file /opt/apply-gates/.staging/plan-web-1/content/release/modules/web/app.env not found: stat /x: no such file or directory\n',
      'plan/unmanaged-bind',
      ' modules/web/app.env,',
    ],
    [
      'time="2026-11-20T19:37:16Z" level=warning msg="x"\nservice "a" depends on undefined service "zz": invalid compose project\n',
      'plan/error',
      'service "a" depends on undefined service "zz"',
    ],
    ['', 'plan/error', 'cannot resolve'],
  ])('compose says %j', async (stderr, code, reason) => {
    const fields = { config_status: '1', stderr, compose: '2', live: '' };
    const [first] = await refusedAnswer(fields);
    expect(first?.code).toBe(code);
    expect(first?.reason).toContain(reason);
    expect(first?.reason).not.toContain('level=warning');
  });

  it('variables have no value', async () => {
    const warn = (name: string) =>
      `time="2026-11-20T19:37:16Z" level=warning msg="The \\"${name}\\" variable is not set. Defaulting to a blank string."\n`;
    const stderr = `${warn('TAG')}${warn('PW')}${warn('TAG')}`;
    const [first, ...others] = await refused({
      model: WEB,
      fields: { stderr },
    });
    expect(first?.code).toBe('plan/unset-variable');
    expect(first?.reason).toContain('TAG, PW have no value');
    expect(first?.remedy).toContain(
      "printf '%s\\n' 'TAG=...' 'PW=...' >>/opt/apply-gates/web/shared/.env",
    );
    expect(others).toEqual([]);
  });

  it.each([
    'The "X" *** is not set. Defaulting to a blank string.\n',
    'The "X" variable is not set. *** to a blank string.\n',
    'The "X" variable is not set. Defaulting *** string.\n',
    '*** variable is not set. Defaulting to a blank string.\n',
  ])('a mask hides part of that: %j', async (stderr) => {
    const [first] = await refused({ model: WEB, fields: { stderr } });
    expect(first?.code).toBe('plan/unset-variable');
  });

  it('the manifest names services that are not there, all told at once', async () => {
    const compose = { services: ['web', 'wep'], oneshot: ['job'] };
    const found = await refused({ model: WEB }, { compose });
    expect(found.map(({ code }) => code)).toEqual(['plan/error', 'plan/error']);
    expect(found[0]?.reason).toContain('"wep"');
    expect(found[1]?.reason).toContain('"job"');
  });

  it('no service is left', async () => {
    const [first] = await refused({ model: { services: {} } });
    expect(first?.code).toBe('plan/error');
  });

  it('something external is missing, with the command to make it', async () => {
    const model: ModelOptions = {
      services: {
        web: {
          image: 'a',
          volumes: [{ type: 'volume', source: 'v', target: '/v' }],
          networks: { n: null },
        },
      },
      volumes: { v: { name: 'photos', external: true } },
      networks: { n: { name: 'front', external: true } },
    };
    const missing = { volumes: { v: 'no same' }, networks: { n: 'no same' } };
    const found = await refused({ model, ...missing });
    expect(found.map(({ code }) => code)).toEqual(['plan/error', 'plan/error']);
    expect(found[0]?.remedy).toContain('docker volume create photos');
    expect(found[1]?.remedy).toContain('docker network create front');
  });

  it.each(['-x', '_x', 'constructor', 'prototype', '__proto__'])(
    'a service is called %s',
    async (name) => {
      const services = Object.fromEntries([[name, { image: 'a' }]]);
      const [first] = await refused({ model: { services } });
      expect(first?.code).toBe('plan/error');
    },
  );

  it('the name of a service would be hidden', async () => {
    const redact = (text: string) => text.replaceAll('web', '***');
    const [first] = await refused({ model: WEB }, { redact });
    expect(first?.code).toBe('plan/error');
    expect(first?.reason).not.toContain('"web"');
  });

  it('a service has more of the host than the policy knows', async () => {
    const model = { services: { web: { image: 'a', privileged: true } } };
    const [first] = await refused({ model });
    expect(first?.code).toBe('plan/host-access');
  });
});
