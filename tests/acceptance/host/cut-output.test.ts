import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import type { HostSession } from '../../../src/host/host-session.ts';
import { makeRedactor } from '../../../src/redaction/redactor.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  STRICT_POLICY,
  type TestHost,
} from '../../support/host-modules.ts';

const SECRET = 'correct-horse-battery-staple';
/** What the host program keeps of an output, and how much it sends back. */
const KEPT = 1024 * 1024;
const SENT = 48 * 1024;

let host: TestHost;
let session: HostSession;

beforeEach(async () => {
  host = makeHost();
  session = await host.open({ redact: makeRedactor([SECRET]).redact });
});

afterEach(() => host.remove());

/** Prints that many bytes in lines of 16. */
const fill = (bytes: number) => `yes 0123456789abcde | head -c ${bytes}`;

describe('redact-known: a secret that a bound of the output cuts in two', () => {
  it.each(['apply', 'plan'])(
    'at the end of what is kept of %s',
    async (name) => {
      const text = `${fill(KEPT - 16)}; echo ${SECRET}; echo more; exit 1`;
      const output = await outputOf(name, text);
      expect(output).not.toContain(SECRET.slice(0, 8));
      expect(output).toContain('only the first');
    },
  );

  it.each(['apply', 'plan'])(
    'where what is sent of %s begins',
    async (name) => {
      const text = `{ echo ${SECRET}; ${fill(SENT - 16)}; } >&2; exit 1`;
      const output = await outputOf(name, text);
      expect(output).toContain('0123456789abcde');
      expect(output).not.toContain(SECRET.slice(-8));
    },
  );

  it('in the middle of a private key', async () => {
    const path = join(host.folder, 'key');
    const make = ['-q', '-t', 'rsa', '-b', '4096', '-m', 'PEM', '-N', ''];
    execFileSync('ssh-keygen', [...make, '-f', path]);
    const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1, -1);
    const text = `cat ${path}; ${fill(SENT - 1024)}; exit 1`;
    const output = await outputOf('apply', text);
    expect(output).toContain('0123456789abcde');
    expect(lines.filter((line) => output.includes(line))).toEqual([]);
  });
});

/** What is told of a module of which one command does this. */
async function outputOf(name: string, text: string): Promise<string> {
  const release = makeRelease(host, { scripts: { [name]: text } });
  const createdAt = '2026-11-20T10:00:00Z';
  const result =
    name === 'plan'
      ? await commandDriver.plan({
          policy: STRICT_POLICY,
          host: session,
          release,
          createdAt,
        })
      : await applyRelease(session, release);
  return JSON.stringify(result);
}
