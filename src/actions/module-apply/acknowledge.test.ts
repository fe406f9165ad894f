import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acknowledgeHost } from '../../../tests/support/acknowledge-host.ts';
import { makeCountingExec } from '../../../tests/support/counting-exec.ts';
import { listFolder } from '../../../tests/support/host-listing.ts';
import { runTestLane } from '../../../tests/support/lane-run.ts';
import { readEntries } from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';

let platform: ServicePlatform;
let marker: string;
beforeEach(() => {
  platform = makeServicePlatform();
  marker = join(platform.runtimeRoot, '.acknowledged');
  rmSync(marker);
});
afterEach(() => platform.close());

function push(
  version = '1',
  { id = 'web', ...common }: Record<string, string> = {},
) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(platform.module(id, { version }));
  return runTestLane(platform, pushEvent(before, after), { common });
}

function dispatch(inputs: Record<string, string>, actor = 'ada') {
  const head = platform.git('rev-parse', 'HEAD');
  const event = dispatchEvent(head, { module: 'web', ...inputs });
  const { context } = makeStepRun(platform, event).ports;
  const counted = makeCountingExec();
  const ports = { context: { ...context, actor }, exec: counted.exec };
  return runTestLane(platform, event, { ports });
}

const listHost = () => listFolder(platform.runtimeRoot, { whole: true });
const notes = () =>
  readEntries(platform).filter(({ body }) => 'acknowledged' in body);

describe('the first change of a host', () => {
  it('waits for a person, and leaves nothing on the host', async () => {
    const run = await push();
    expect(run.code('apply')).toBe('apply/not-acknowledged');
    expect(run.exitStatus).toBe(8);
    expect(run.outcome('apply')?.outputs['not-attempted']).toBe('["web"]');
    expect(listHost()).toEqual([]);
    expect(platform.running('web')).toBeUndefined();
    const { findings = [] } = run.outcome('apply')?.verdict ?? {};
    expect(findings).toMatchObject([{ module: 'web' }]);
    expect(findings[0]?.reason).toContain('update command/web');
    expect(findings[0]?.remedy).toContain('acknowledge_host: here');
    expect(readEntries(platform).map(({ kind }) => kind)).toEqual([
      ...['note', 'refusal'],
    ]);
  });

  it('goes on where a person names the host in a dispatch', async () => {
    await push();
    const run = await dispatch({ acknowledge_host: 'here' });
    expect(run.code('apply')).toBe('apply/applied');
    expect(platform.running('web')).toBe('1');
    expect(statSync(marker).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(marker, 'utf8'))).toMatchObject({
      ...{ host: 'here', actor: 'ada' },
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(notes()).toMatchObject([
      { kind: 'note', body: { acknowledged: 'here', by: { actor: 'ada' } } },
    ]);
    expect((await push('2')).code('apply')).toBe('apply/applied');
    await dispatch({ acknowledge_host: 'here' });
    expect(notes()).toHaveLength(1);
  });

  it.each([
    ['a bot names it', { acknowledge_host: 'here' }, 'forgejo-actions'],
    ['nobody names it', {}, 'ada'],
  ])('waits where %s', async (_, inputs: Record<string, string>, actor) => {
    await push();
    const run = await dispatch(inputs, actor);
    expect(run.code('apply')).toBe('apply/not-acknowledged');
    expect(listHost()).toEqual([]);
    expect(notes()).toEqual([]);
  });

  it('waits on a push, whatever the workflow passes on', async () => {
    const run = await push('1', { 'acknowledge-host': 'here' });
    expect(run.code('apply')).toBe('apply/not-acknowledged');
    expect(listHost()).toEqual([]);
  });

  it('names the hosts there are where one is mistyped', async () => {
    await push();
    const run = await dispatch({ acknowledge_host: 'heer' });
    expect(run.code('apply')).toBe('input/malformed');
    expect(listHost()).toEqual([]);
  });
});

describe('what stands where a host keeps it', () => {
  it.each([
    ['empty', () => writeFileSync(marker, '')],
    ['something else', () => writeFileSync(marker, 'yes\n')],
    ['a folder', () => mkdirSync(marker)],
    [
      'a link to a good one',
      () => {
        const other = join(platform.root, 'other');
        acknowledgeHost(other, 'here');
        symlinkSync(join(other, '.acknowledged'), marker);
      },
    ],
    ['a link to nowhere', () => symlinkSync('/nonexistent/marker', marker)],
  ])('is refused where it is %s', async (_, place) => {
    await push();
    place();
    const before = listHost();
    const run = await dispatch({ acknowledge_host: 'here' });
    expect(run.code('apply')).toBe('apply/not-acknowledged');
    expect(listHost()).toEqual(before);
    expect(platform.running('web')).toBeUndefined();
  });
});

describe('a host that was changed before there were markers', () => {
  beforeEach(async () => {
    acknowledgeHost(platform.runtimeRoot, 'here');
    await push();
    rmSync(marker);
  });

  it('goes on', async () => {
    expect((await push('2')).code('apply')).toBe('apply/applied');
    expect(existsSync(marker)).toBe(false);
  });

  it('goes on by the records of what was applied', async () => {
    rmSync(join(platform.runtimeRoot, 'web/current'));
    const run = await push('1', { id: 'api' });
    expect(run.code('apply')).toBe('apply/applied');
  });

  it('waits where nothing of that is left', async () => {
    rmSync(platform.runtimeRoot, { recursive: true });
    const run = await push('1', { id: 'api' });
    expect(run.code('apply')).toBe('apply/not-acknowledged');
    expect(existsSync(platform.runtimeRoot)).toBe(false);
  });
});
