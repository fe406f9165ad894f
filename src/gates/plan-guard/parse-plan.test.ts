import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { planDigest } from '../../model/plan-digest.ts';
import type { PlanFormat } from './judged-plan.ts';
import { parsePlan } from './parse-plan.ts';

const SHA = 'a'.repeat(40);

type Document = Readonly<Record<string, unknown>>;
const bytesOf = (document: unknown) => Buffer.from(JSON.stringify(document));
const sealed = (document: Document): Document => ({
  ...document,
  digest: planDigest(document),
});
/** What a document is read as: its outcome, or the code that refuses it. */
function outcomeOf(document: unknown, format: PlanFormat | 'auto' = 'auto') {
  const bytes = document instanceof Uint8Array ? document : bytesOf(document);
  const reading = parsePlan(bytes, format);
  return reading.ok ? reading.plan.outcome : reading.problem.code;
}

const drift = {
  resource: 'service/site',
  action: 'update',
  destructive: false,
  sacred: false,
  detail: 'image 1 -> 2',
};
const own = {
  schema: 1,
  module: 'site',
  source_sha: SHA,
  tree: 'c'.repeat(64),
  created_at: '2026-05-16T11:00:00Z',
  driver: 'command',
  host: 'web1',
  exit_code: 0,
  changes: [],
  health: 'healthy',
};
const drifted = { ...own, exit_code: 1, changes: [drift] };

describe('our own plan', () => {
  test.each<[string, unknown, string]>([
    ['in sync', sealed(own), 'in-sync'],
    ['drift', sealed(drifted), 'drift'],
    ['not made', sealed({ ...own, exit_code: 2 }), 'error'],
    ['0 with changes', sealed({ ...drifted, exit_code: 0 }), 'plan/malformed'],
    ['1 without changes', sealed({ ...own, exit_code: 1 }), 'plan/malformed'],
    ['exit code 3', sealed({ ...own, exit_code: 3 }), 'plan/malformed'],
    ['exit code as text', sealed({ ...own, exit_code: '0' }), 'plan/malformed'],
    ['schema 2', sealed({ ...own, schema: 2 }), 'plan/malformed'],
    ['an unknown key', sealed({ ...own, force: true }), 'plan/malformed'],
    [
      'a short commit',
      sealed({ ...own, source_sha: 'abc1234' }),
      'plan/malformed',
    ],
    [
      'an id in other letters',
      sealed({ ...own, module: 'sіte' }),
      'plan/malformed',
    ],
    [
      'a time that is none',
      sealed({ ...own, created_at: '2026-02-31T00:00:00Z' }),
      'plan/malformed',
    ],
    ['no digest', own, 'plan/malformed'],
    [
      'a digest of another plan',
      { ...own, digest: planDigest(drifted) },
      'plan/digest-mismatch',
    ],
    ['a list', [sealed(own)], 'plan/malformed'],
    ['null', null, 'plan/malformed'],
  ])('%s', (_, document, expected) => {
    expect(outcomeOf(document)).toBe(expected);
  });

  test.each([
    'schema',
    'module',
    'source_sha',
    'created_at',
    'driver',
    'host',
    'exit_code',
    'changes',
  ])('without %s it is refused', (key) => {
    const rest = Object.fromEntries(
      Object.entries(own).filter(([name]) => name !== key),
    );
    expect(outcomeOf(sealed(rest))).toBe('plan/malformed');
  });

  it('never reads as another plan once a byte was changed', () => {
    const original = sealed(drifted);
    const bytes = bytesOf(original);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const mutated = Buffer.from(bytes);
        mutated[at] = byte;
        const reading = parsePlan(mutated, 'auto');
        if (!reading.ok) return;
        // Blanks, the time and the health are outside the digest.
        const kept = JSON.parse(mutated.toString()) as Document;
        expect(planDigest(kept)).toBe(original['digest']);
        expect(reading.plan).toMatchObject({
          outcome: 'drift',
          module: 'site',
        });
      }),
      { numRuns: 5_000 },
    );
  });

  it('never passes once a member was added, removed or doubled', () => {
    const text = JSON.stringify(sealed(own));
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(own), 'x', '__proto__', 'constructor'),
        fc.jsonValue(),
        (name, value) => {
          const member = `${JSON.stringify(name)}:${JSON.stringify(value)},`;
          const grown = Buffer.from(text.replace('{', `{${member}`));
          expect(outcomeOf(grown)).toMatch(/^plan\//);
        },
      ),
    );
  });

  it('is cut short nowhere', () => {
    const bytes = bytesOf(sealed(own));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(outcomeOf(bytes.subarray(0, length))).toBe('plan/malformed');
    }
  });
});

describe('a plan of platformctl', () => {
  const synced = { exitCode: 0, source_sha: SHA, changes: [] };
  const changed = (change: unknown) => ({
    exitCode: 1,
    source_sha: SHA,
    changes: [change],
  });

  test.each<[string, unknown, string]>([
    ['in sync', synced, 'in-sync'],
    ['drift', changed(drift), 'drift'],
    ['drift in plain lines', changed('~ site'), 'drift'],
    ['exit code 2', { ...synced, exitCode: 2 }, 'error'],
    ['exit code 127', { ...synced, exitCode: 127 }, 'error'],
    ['exit code as text', { ...synced, exitCode: '0' }, 'plan/malformed'],
    ['0 with changes', { ...changed(drift), exitCode: 0 }, 'plan/malformed'],
    ['1 without changes', { ...synced, exitCode: 1 }, 'plan/malformed'],
    ['no commit', { exitCode: 0, changes: [] }, 'plan/malformed'],
    ['a short commit', { ...synced, source_sha: 'abc1234' }, 'plan/malformed'],
    ['no changes', { exitCode: 0, source_sha: SHA }, 'plan/malformed'],
    ['a number of changes', { ...synced, changes: 0 }, 'plan/malformed'],
  ])('%s', (_, document, expected) => {
    expect(outcomeOf(document)).toBe(expected);
  });

  test.each<[unknown, boolean | 'unknown']>([
    [{ resource: 'a', action: 'update' }, false],
    [{ resource: 'a', action: 'remove' }, true],
    [{ resource: 'a', action: 'remove', destructive: false }, true],
    [{ resource: 'a', action: 'update', destructive: true }, true],
    [{ resource: 'a', action: 'frobnicate' }, 'unknown'],
    [{ resource: 'a', action: 'frobnicate', destructive: false }, false],
    ['~ a', 'unknown'],
  ])('the change %j destroys: %s', (change, expected) => {
    const reading = parsePlan(bytesOf(changed(change)), 'auto');
    expect(reading).toMatchObject({
      plan: { changes: [{ destructive: expected }] },
    });
  });
});

describe('the format', () => {
  const terraform = { format_version: '1.2', planned_values: {} };
  const platformctl = { exitCode: 0, source_sha: SHA, changes: [] };
  const documents = { 'apply-gates': sealed(own), terraform, platformctl };
  const formats = Object.entries(documents);

  test.each(formats)('%s is found out', (format, document) => {
    const reading = parsePlan(bytesOf(document), 'auto');
    expect(reading).toMatchObject({ plan: { format } });
  });

  test.each(formats)('%s is never read as another', (format, document) => {
    for (const asked of ['apply-gates', 'terraform', 'platformctl'] as const) {
      const expected = asked === format ? 'in-sync' : 'plan/malformed';
      expect(outcomeOf(document, asked)).toBe(expected);
    }
  });

  test.each([
    ['two formats at once', { ...terraform, ...platformctl }],
    ['all of them', { ...terraform, ...platformctl, ...sealed(own) }],
    ['none of them', { resource_changes: [] }],
    ['an empty object', {}],
  ])('is not guessed for %s', (_, document) => {
    expect(outcomeOf(document)).toBe('plan/malformed');
    expect(outcomeOf(document, 'terraform')).toBe('plan/malformed');
  });

  it('is never found in anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json().map(Buffer.from), fc.uint8Array()),
        (bytes) => {
          expect(outcomeOf(bytes)).toMatch(/^plan\//);
        },
      ),
    );
  });
});
