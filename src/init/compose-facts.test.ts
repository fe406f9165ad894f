import { expect, it, test } from 'vitest';
import { parseSource } from '../drivers/compose/source/parse-source.ts';
import { needsVariables, readComposeFacts } from './compose-facts.ts';

function factsOf(...lines: readonly string[]) {
  const parsed = parseSource(Buffer.from(`${lines.join('\n')}\n`));
  if (!parsed.ok) throw new Error(parsed.message);
  return readComposeFacts(parsed.documents);
}

const service = (...lines: readonly string[]) =>
  factsOf('services:', '  app:', ...lines.map((line) => `    ${line}`));
const IMAGE = 'image: nginx:1.27';

it('an image that keeps nothing, and no mount, keeps nothing', () => {
  expect(service(IMAGE).keeps).toEqual([]);
});

test.each([
  ['a named volume', [IMAGE, 'volumes: ["data:/data"]']],
  ['a read-only named volume', [IMAGE, 'volumes: ["data:/data:ro"]']],
  ['a volume without a name', [IMAGE, 'volumes: ["/data"]']],
  ['a bind of the host', [IMAGE, 'volumes: ["/srv/data:/data"]']],
  ['a bind beside the file', [IMAGE, 'volumes: ["./data:/data"]']],
  ['a bind from home', [IMAGE, 'volumes: ["~/data:/data"]']],
  ['a mount that a variable names', [IMAGE, 'volumes: ["${D}:/data"]']],
  ['a mount of a long form', [IMAGE, 'volumes: [{type: bind, source: ./d}]']],
  ['a long form without a type', [IMAGE, 'volumes: [{source: data}]']],
  ['volumes of another container', [IMAGE, 'volumes_from: [other]']],
  ['a database', ['image: postgres:16-alpine']],
  [
    'a database of a registry',
    ['image: "reg.example:5000/x/mariadb@sha256:1"'],
  ],
  ['an image that a variable names', ['image: "${IMAGE}"']],
  ['no image', ['build: .']],
  ['an extended file', [IMAGE, 'extends: {file: base.yaml, service: app}']],
])('%s is kept', (_name, lines) => {
  expect(service(...lines).keeps).not.toEqual([]);
});

test.each([
  ['an included file', ['include: [other.yaml]', 'services: {}']],
  ['a volume that no service has', ['services: {}', 'volumes: {data: {}}']],
  [
    'merged keys',
    [
      'x-a: &a {volumes: ["data:/data"]}',
      'services: {app: {<<: *a, image: nginx}}',
    ],
  ],
])('%s is kept', (_name, lines) => {
  expect(factsOf(...lines).keeps).not.toEqual([]);
});

it('a read-only bind is told apart, to be judged by what git has', () => {
  const facts = service(
    IMAGE,
    'volumes: ["./conf:/conf:ro", {type: bind, source: ./b, read_only: true}]',
    'tmpfs: /tmp',
  );
  expect(facts.keeps).toEqual([]);
  expect(facts.readOnly.map(({ text }) => text)).toEqual(['./conf', './b']);
});

it('a tag that a variable names hides no database, and makes none', () => {
  expect(service('image: "nginx:${TAG:-1}"').keeps).toEqual([]);
  expect(service('image: "postgres:${TAG}"').keeps).not.toEqual([]);
});

it('files over each other are one app', () => {
  const facts = readComposeFacts(
    [IMAGE, 'environment: {A: b}'].flatMap((line) => {
      const text = `name: shop\nservices:\n  app:\n    ${line}\n`;
      const parsed = parseSource(Buffer.from(text));
      return parsed.ok ? parsed.documents : [];
    }),
  );
  expect(facts).toMatchObject({ name: 'shop', services: ['app'], keeps: [] });
});

test.each([
  ['codeberg.org/forgejo/forgejo:11', true],
  ['data.forgejo.org/forgejo/runner:6', true],
  ['gitea/act_runner:latest', true],
  ['nginx:1', false],
  ['acme/forgejo-backup:1', false],
])('%s: is the forge or its runner: %s', (image, expected) => {
  expect(service(`image: ${image}`).isForge).toBe(expected);
});

test.each([
  ['$TOKEN', true],
  ['${TOKEN}', true],
  ['${TOKEN:?must be there}', true],
  ['${TOKEN:-default}', false],
  ['${TOKEN-}', false],
  ['$$TOKEN', false],
  ['# $TOKEN', false],
])('%s needs a value: %s', (text, expected) => {
  expect(needsVariables(text)).toBe(expected);
});
