import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';
import {
  answerJson,
  type Script,
  type ScriptedHttp,
  startScriptedHttp,
} from '../support/scripted-http.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/apply.yml');
const TOPIC = 'only-our-phones-know-it';

let lane: Lane;
let phone: ScriptedHttp;
beforeAll(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => phone.close());
afterAll(() => lane.close());

/** Runs the apply lane with a server that does this with what it is told. */
async function apply(sha: string, script: Script) {
  phone = await startScriptedHttp(script);
  const secrets = { APPLY_GATES_NTFY_URL: `${phone.url}/${TOPIC}` };
  return lane.dispatch({ module: 'web', sha }, { workflow, secrets });
}

const bring = (text: string) =>
  lane.pulls.bring({ 'modules/web/version': `${text}\n` });

/** Answers with a status, once all of the message is there. */
function fail(status: number, headers: Readonly<Record<string, string>> = {}) {
  return (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers).end();
  };
}

describe('the message to a phone', () => {
  it('says how the lane ended, so that nobody has to look further', async () => {
    let body = '';
    const sha = bring('2');
    const run = await apply(sha, async (request, response) => {
      request.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      await once(request, 'end');
      answerJson(response, { id: 'x', event: 'message', topic: TOPIC });
    });
    expect(run.codes, run.log).toMatchObject({
      apply: 'apply/applied',
      comment: 'report/told',
    });
    expect(phone.requests).toEqual([{ line: 'POST /', token: '' }]);
    const { last_apply_at: _, plan_digest: digest } = lane.status('web') ?? {};
    const { topic, title, message } = JSON.parse(body) as Record<
      string,
      string
    >;
    expect(topic).toBe(TOPIC);
    expect(title).toContain(sha.slice(0, 12));
    const lines = message?.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'result: apply/applied',
        `last_apply_sha: ${sha}`,
        expect.stringMatching(/^last_apply_at: \d{4}-\d\d-\d\dT/),
        `plan digest: ${digest}`,
        expect.stringMatching(/^audit number: \d+$/),
      ]),
    );
  });
});

describe('a phone that cannot be told', () => {
  it.each([
    ['refuses', '3', fail(403)],
    ['is broken', '4', fail(500)],
    ['knows no such place', '7', fail(404)],
    ['points elsewhere', '5', fail(307, { location: 'http://127.0.0.1:1/' })],
    ['hangs up', '6', ({ socket }: IncomingMessage) => socket.destroy()],
  ])(
    'since its server %s changes nothing of an apply',
    async (_, text, how) => {
      const run = await apply(bring(text), how);
      expect(run.codes, run.log).toMatchObject({
        apply: 'apply/applied',
        report: 'report/complete',
        comment: 'report/not-told',
      });
      expect(run.status).toBe('success');
      expect(lane.platform.running('web')).toBe(text);
      // Once, whatever became of it; and the pull request is told all the same.
      expect(phone.requests).toHaveLength(1);
      expect(run.outputs('comment')['comment-id']).toMatch(/^\d+$/);
      expect(run.outputs('comment')['reason']).not.toContain(TOPIC);
    },
  );

  it('does not make a refusal another one', async () => {
    const open = lane.pulls.open([{ 'modules/web/version': '9\n' }]);
    const run = await apply(lane.pulls.of(open).head, fail(500));
    expect(run.codes).toEqual({
      verify: 'approval/not-merged',
      report: 'report/refused',
      artifact: 'artifact/unavailable',
      comment: 'report/not-told',
    });
    expect(run.exitCode).toBe(6);
  });
});
