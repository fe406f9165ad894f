import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type * as z from 'zod';
import {
  DOCUMENT_NAMES,
  type DocumentName,
  documentSchema,
} from '../../src/model/document-schema.ts';
import { manifestSchema } from '../../src/model/manifest.ts';
import { policySchema } from '../../src/model/policy.ts';
import { editorComplaints } from '../support/editor-schema.ts';
import {
  listRepositoryFiles,
  readRepositoryFile,
} from '../support/repository-files.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MODELS: Readonly<Record<DocumentName, z.ZodType>> = {
  manifest: manifestSchema,
  policy: policySchema,
};

/** With every key that there is, so that each of them is made wrong. */
const WHOLE: Readonly<Record<DocumentName, readonly Json[]>> = {
  manifest: [
    {
      schema: 1,
      id: 'wiki',
      stateful: true,
      host: 'web1',
      driver: 'compose',
      compose: {
        file: '/apps/compose.yaml',
        files: ['more.yaml'],
        profiles: ['a'],
        project: 'apps',
        services: ['wiki'],
        oneshot: ['migrate'],
        project_directory: '/srv/wiki',
      },
      host_files: ['.env'],
      host_dirs: ['data/a'],
      paths: ['apps/**'],
      depends_on: ['redis'],
      auto_apply: false,
      self_hosting: false,
      renamed_from: 'old',
      health: { timeout: '60s', streak: 3, interval: '2s', http: 'http://a/' },
      backup: {
        class: 'forgejo',
        volumes: ['data'],
        paths: ['data', '/srv/data'],
        excludes: ['cache/**'],
        quiesce: 'stop',
        service: 'web',
        database: 'app',
        user: 'app',
        database_file: 'gitea/gitea.db',
        database_service: 'db',
        repositories: 'git/repositories',
        timeout: '1h',
      },
      'x-owner': { team: 'web' },
    },
    {
      schema: 1,
      id: 'site',
      stateful: false,
      host: 'web1',
      driver: 'command',
      command: {
        plan: ['./plan.sh'],
        apply: ['./apply.sh'],
        health: ['./health.sh'],
        stop: ['./stop.sh'],
        drift_exit_codes: [2, 3],
        timeout: '120s',
      },
      health: { http: 'http://127.0.0.1:3000/' },
    },
  ],
  policy: [
    {
      schema: 1,
      hosts: {
        web1: {
          transport: 'ssh',
          address: 'web1.example.org',
          port: 22,
          user: 'deploy',
          known_hosts: '.platform/known_hosts',
          runtime_root: '/opt/apply-gates',
          identity_file: '/etc/key',
          mode: 'apply',
        },
        here: { transport: 'local' },
      },
      mode: 'observe',
      modules_dir: 'modules',
      state: { branch: 'platform-state', lease: '5m' },
      approval: {
        since: 'a'.repeat(40),
        min_approvals: 1,
        allow_self_approval: true,
        not_counted: ['bot-*'],
        require_checks: ['ci'],
      },
      stateful: {
        backup_root: '/srv/backups',
        max_age: '24h',
        require_receipt: true,
      },
      limits: {
        max_modules: 1,
        max_deleted_files: 0,
        max_changed_files: 1,
        max_changed_lines: 1,
      },
      ignore: ['docs/**'],
      shared: { 'lib/**': ['*'], 'a.b': ['wiki'] },
      control: ['.platform/**'],
      sacred: { paths: ['/srv/a'], modules: ['wiki'], commands: ['down -v'] },
      allow_host_access: { media: ['/srv/media', 'gpus', 'cap:NET_ADMIN'] },
    },
  ],
};

const JUNK: readonly Json[] = [
  ...[null, true, false, 0, -1, 1, 2, 1.5, 65_536, [], {}, [[]], ['a'], [1]],
  ...[
    '',
    ' ',
    'a',
    'A',
    '-a',
    'a/b',
    '/a',
    '../a',
    'a/../b',
    'a//b',
    '.',
    '..',
  ],
  ...['/', '/srv/..', '0s', '60', '60s', '15m', '16m', '400d', 'constructor'],
  ...['__proto__', 'attempts', 'compose', 'command', 'ssh', 'local', 'apply'],
  ...['*', '**', '*(a)', '{a,b}', 'a\\b', 'a\u0000b', 'a\nb', 'x'.repeat(2000)],
  ...['cap:X', 'cap:NET_ADMIN', 'http://a', 'ftp://a', 'main.lock', 'é', 'а'],
  { transport: 'ssh' },
  { plan: ['a'], apply: ['b'] },
];

/** Every place of a document, the keys that could be added among them. */
function placesOf(value: Json, path: readonly string[] = []): string[][] {
  const own = path.length > 0 ? [[...path]] : [];
  if (value === null || typeof value !== 'object') return own;
  const inner = Object.entries(value).flatMap(([key, child]) =>
    placesOf(child, [...path, key]),
  );
  return Array.isArray(value)
    ? [...own, ...inner]
    : [...own, ...inner, [...path, 'other'], [...path, 'x-other']];
}

function changed(document: Json, path: readonly string[], value?: Json): Json {
  const copy = structuredClone(document);
  const parent = path
    .slice(0, -1)
    .reduce<Json>((at, key) => Reflect.get(Object(at), key), copy);
  const key = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(Object(parent), key);
  else Reflect.set(Object(parent), key, value);
  return copy;
}

/** The issues of the model, and the complaints of an editor. */
function judge(name: DocumentName, document: Json) {
  const issues = MODELS[name].safeParse(document).error?.issues ?? [];
  return { issues, complaints: editorComplaints(name, document) };
}

/** What JSON Schema cannot say: other keys, sums, and the cost of a glob. */
const ONLY_THE_MODEL =
  /^(?:depends_on|health\.timeout|state\.lease|(?:paths|backup\.excludes|ignore|control)\.\d+)$/;

const isOnlyOurs = ({ code, path }: z.core.$ZodIssue) =>
  code === 'custom' && ONLY_THE_MODEL.test(path.join('.'));

describe.each(DOCUMENT_NAMES)('the schema of a %s', (name) => {
  const documents = WHOLE[name];

  it('names every key of the model, and says what each means', () => {
    const mute = listKeys(documentSchema(name)).filter(
      ({ description }) => !/^[A-Z`][\s\S]*[.]$/.test(description),
    );
    expect(mute).toEqual([]);
  });

  it('accepts documents with every key', () => {
    for (const document of documents) {
      expect(judge(name, document)).toEqual({ issues: [], complaints: [] });
    }
  });

  it('gives examples and defaults that the model takes', () => {
    const [document] = documents;
    if (document === undefined) throw new Error('no document');
    for (const { path, values } of listKeys(documentSchema(name))) {
      for (const value of values) {
        // The part of the command driver is not for the other one.
        const base = path[0] === 'command' ? documents[1] : document;
        expect(judge(name, changed(base ?? document, path, value))).toEqual({
          issues: [],
          complaints: [],
        });
      }
    }
  });

  it('refuses what the model refuses, and nothing else', () => {
    const changes = documents.flatMap((document) =>
      placesOf(document).flatMap((path) =>
        [undefined, ...JUNK].map((value) => changed(document, path, value)),
      ),
    );
    const unlike = changes.filter((document) => {
      const { issues, complaints } = judge(name, document);
      return complaints.length === 0
        ? !issues.every(isOnlyOurs)
        : issues.length === 0;
    });
    expect(unlike).toEqual([]);
    expect(changes.length).toBeGreaterThan(3000);
  });
});

describe('documents of this repository', () => {
  const files = listRepositoryFiles('examples').filter((path) =>
    /(?:\/module|\/gates)\.yaml$/.test(path),
  );
  const shown = listRepositoryFiles('README.md', 'docs', 'actions').flatMap(
    (path) =>
      path.endsWith('.md')
        ? [...readRepositoryFile(path).matchAll(/```yaml\n([\s\S]*?)```/g)]
            .map(([, block = '']) => block)
            // Those of a list item are indented; comments may come first.
            .map((block) => block.replaceAll(/^ {3}/gm, ''))
            .filter((block) => /^schema: 1\n./m.test(block))
            .map((block) => [path, block] as const)
        : [],
  );

  it.each(files)('%s', (path) => {
    const name = path.endsWith('gates.yaml') ? 'policy' : 'manifest';
    const document = parse(readRepositoryFile(path)) as Json;
    expect(judge(name, document)).toEqual({ issues: [], complaints: [] });
  });

  it.each(shown)('shown in %s', (_path, block) => {
    const document = parse(block) as Json;
    const name = 'hosts' in Object(document) ? 'policy' : 'manifest';
    expect(judge(name, document)).toEqual({ issues: [], complaints: [] });
  });

  it('there are some', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(shown.length).toBeGreaterThan(2);
  });
});

interface Key {
  readonly path: string[];
  readonly description: string;
  readonly values: Json[];
}

function listKeys(schema: object, path: string[] = []): Key[] {
  const properties = Object.entries(
    Object(Reflect.get(schema, 'properties')) as Record<string, object>,
  );
  return properties.flatMap(([key, child]) => {
    const here = [...path, key];
    const values = [
      Reflect.get(child, 'default'),
      ...((Reflect.get(child, 'examples') ?? []) as Json[]),
    ].filter((value) => value !== undefined) as Json[];
    const description = String(Reflect.get(child, 'description') ?? '');
    const each = Reflect.get(child, 'additionalProperties');
    return [
      { path: here, description, values },
      ...listKeys(child, here),
      ...(typeof each === 'object' ? listKeys(each, [...here, 'web1']) : []),
    ];
  });
}
