import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HOST_GUARD } from './installed-parts.ts';

const READER = `${HOST_GUARD}\nexec awk -v sq="'" "$ESCAPED$MANIFEST"`;
const READ =
  'id driver stateful renamed_from host_files host_dirs command compose health'.split(
    ' ',
  );

/** Lines that the host reads a manifest as; undefined where it does not. */
function readOnHost(text: string): readonly string[] | undefined {
  const run = spawnSync('sh', ['-c', READER], {
    input: text,
    encoding: 'utf8',
  });
  if (run.status !== 0) return undefined;
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

function flatten(path: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => flatten(path, each));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, each]) =>
      flatten(path === '' ? key : `${path}.${key}`, each),
    );
  }
  const text = String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return [`${path}\t${text}`];
}

function readAsYaml(text: string): readonly string[] {
  const read = Object.entries(parse(text) as Record<string, unknown>);
  return read
    .filter(([key]) => READ.includes(key))
    .flatMap(([key, value]) => flatten(key, value))
    .sort();
}

describe('a manifest, as a host without a YAML parser reads it', () => {
  it.each([
    'id: web\nstateful: false # says so\ndriver: command\n',
    'command:\n  plan: [sh, -c, "a, b # \\"c\\" \\\\ \\n"]\n  apply: [ ./apply.sh ]\n',
    "command: {plan: ['it''s', x], apply: [y], timeout: 3s}\nhost_files: []\n",
    'command:\n    plan:\n    - sh\n    - plan.sh\n    apply:\n      - sh\n      # of the release\n      - "apply.sh"\n\nhost_files:\n- .env\n- a b\n',
    '# first\n---\nid: web\nx-own:\n  - any: {thing: x}\n    more: here\ncompose:\n  files: [/shared/a.yaml, b.yaml]\n  project: web # the id\n  services: [web,db]\n',
    'health: {http: "http://127.0.0.1:3000/a?b=#c", timeout: 3s}\npaths: ["compose/**"]\n',
    'health:\n  http: http://127.0.0.1:3000/\nbackup:\n  class: volume\n  text: |\n    free\n    text\nid: web\r\n',
  ])('is read as YAML is: %j', (text) => {
    expect(readOnHost(text)).toEqual(readAsYaml(text));
  });

  it.each([
    'command:\n  plan:\n    - |\n      echo\n',
    'command:\n  plan: [sh,\n    -c]\n',
    'command: &a\n  plan: [sh]\n',
    'command:\n  plan: *a\n',
    'id: !!str web\n',
    'command:\n  plan: [sh]\n  - x\n',
    'command:\n  plan: sh\n   -c\n',
    'command:\n\tplan: [sh]\n',
    'id: "a\\u0041"\n',
    'id: "web\n',
    '"command": {plan: [sh]}\n',
    '? command\n: {plan: [sh]}\n',
    '{command: {plan: [sh]}}\n',
  ])('is not read where it is written in another way: %j', (text) => {
    expect(readOnHost(text)).toBeUndefined();
  });
});
