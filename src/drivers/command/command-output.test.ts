import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandOutput, publishChanges } from './command-output.ts';

const said = (document: unknown) =>
  parseCommandOutput(JSON.stringify(document));

describe('parseCommandOutput', () => {
  it.each([
    '',
    'would change 3 things',
    '[]',
    'null',
    '{"other":1}',
    '{"changes":[]} trailing',
    '{"__proto__":{"changes":[]}}',
  ])('takes %j as text for people', (text) => {
    expect(parseCommandOutput(text)).toEqual({ kind: 'text' });
  });

  it('fills in what a change leaves out', () => {
    expect(said({ changes: [{ resource: 'a', action: 'pull' }] })).toEqual({
      kind: 'changes',
      changes: [
        {
          resource: 'a',
          action: 'pull',
          destructive: false,
          sacred: false,
          detail: '',
        },
      ],
    });
  });

  it.each([
    { changes: {} },
    { changes: [{ resource: 'a' }] },
    { changes: [{ resource: '', action: 'pull' }] },
    { changes: [{ resource: 'a', action: 'delete' }] },
    { changes: [{ resource: 'a', action: 'remove', destructive: 'yes' }] },
    { changes: [{ resource: 'a', action: 'remove', destroy: true }] },
  ])('never guesses about changes it cannot read: %j', (document) => {
    expect(said(document).kind).toBe('malformed');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseCommandOutput(text).kind).toBeTypeOf('string');
      }),
    );
  });
});

describe('publishChanges', () => {
  const change = (resource: string, detail = '') => ({
    resource,
    action: 'update' as const,
    destructive: false,
    sacred: false,
    detail,
  });

  it('redacts before it escapes and cuts off', () => {
    const secret = 'pässword';
    const changes = [
      change(`b/${secret}`, `x${secret}`.repeat(400)),
      change('a'),
    ];
    const published = publishChanges(changes, (text) =>
      text.replaceAll(secret, '***'),
    );
    expect(published.map(({ resource }) => resource)).toEqual(['a', 'b/***']);
    expect(published[1]?.detail).toBe('x***'.repeat(400));
  });

  it('stays within what a plan may hold', () => {
    const [published] = publishChanges(
      [change('ü'.repeat(600), 'ü'.repeat(3000))],
      (text) => text,
    );
    expect(published?.resource.length).toBeLessThanOrEqual(512);
    expect(published?.detail.length).toBeLessThanOrEqual(2048);
  });
});
