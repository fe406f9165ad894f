import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActionError } from './errors.ts';
import { parseEvent } from './event.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const at = (name: string) => ({ name, sha: A, ref: 'refs/heads/main' });

const push = { before: A, after: B, ref: 'refs/heads/main' };
const pullRequest = {
  pull_request: {
    number: 3,
    base: { sha: A, ref: 'main', repo: { full_name: 'acme/platform' } },
    head: { sha: B, repo: { full_name: 'acme/platform' } },
  },
};

function codeOf(name: string, payload: unknown): string {
  try {
    return parseEvent(at(name), payload).name;
  } catch (error) {
    return error instanceof ActionError ? error.code : String(error);
  }
}

describe('parseEvent', () => {
  it('reads a push, with the default branch the forge names', () => {
    const repository = { default_branch: 'trunk' };
    expect(parseEvent(at('push'), { ...push, repository })).toEqual({
      ...{ name: 'push', before: A, after: B, ref: 'refs/heads/main' },
      defaultBranch: 'trunk',
    });
    expect(parseEvent(at('push'), push)).toMatchObject({
      defaultBranch: 'main',
    });
  });

  it('the commits a push lists are no part of it', () => {
    const commits = [{ id: A, modified: ['modules/book/content'] }];
    expect(parseEvent(at('push'), { ...push, commits })).toEqual(
      parseEvent(at('push'), push),
    );
  });

  it.each([
    ['the same repository', 'acme/platform', false],
    ['another one', 'eve/platform', true],
    ['one that was deleted', undefined, true],
  ])('event-gate: a pull request from %s', (_name, full_name, fork) => {
    const repo = full_name === undefined ? null : { full_name };
    const head = { sha: B, repo };
    const payload = { pull_request: { ...pullRequest.pull_request, head } };
    expect(parseEvent(at('pull_request'), payload)).toMatchObject({ fork });
  });

  it('reads a dispatch, whatever its inputs are made of', () => {
    const inputs = { module: 'site', allow_stateful: true, number: 3 };
    expect(
      parseEvent(at('workflow_dispatch'), { ref: 'main', inputs }),
    ).toEqual({
      ...{ name: 'workflow_dispatch', sha: A, ref: 'refs/heads/main' },
      inputs: { module: 'site', allow_stateful: 'true', number: '3' },
      defaultBranch: 'main',
    });
    expect(parseEvent(at('workflow_dispatch'), {})).toMatchObject({
      inputs: {},
    });
  });

  it.each(['pull_request_target', 'issue_comment', 'schedule', '', 'PUSH'])(
    'event-gate: %j is an event that no lane knows',
    (name) => {
      expect(codeOf(name, push)).toBe('other');
    },
  );

  it.each([
    ['push', {}],
    ['push', null],
    ['push', 'push'],
    ['push', []],
    ['push', { ...push, before: 'abc' }],
    ['push', { ...push, after: B.toUpperCase() }],
    ['push', { ...push, after: `${B}\n` }],
    ['push', { ...push, after: '--upload-pack=x' }],
    ['push', { ...push, ref: 3 }],
    ['pull_request', {}],
    [
      'pull_request',
      { pull_request: { ...pullRequest.pull_request, number: -1 } },
    ],
    ['workflow_dispatch', { inputs: { module: { a: 1 } } }],
    ['workflow_dispatch', { inputs: [1] }],
  ])('a %s of %j is malformed', (name, payload) => {
    expect(codeOf(name, payload)).toBe('input/malformed');
  });

  it('a dispatch of no commit is malformed', () => {
    expect(() =>
      parseEvent({ name: 'workflow_dispatch', sha: 'main', ref: '' }, {}),
    ).toThrow(ActionError);
  });

  it('never fails in any other way', () => {
    const known = fc.constantFrom('push', 'pull_request', 'workflow_dispatch');
    fc.assert(
      fc.property(known, fc.jsonValue(), (name, payload) => {
        expect(['input/malformed', name]).toContain(codeOf(name, payload));
      }),
    );
  });
});
