import { expect, it, test } from 'vitest';
import { isModuleId } from '../model/identifiers.ts';
import { chooseIds, makeId, projectNameOf } from './module-ids.ts';

const app = (path: string, fixed?: string) => ({
  file: `${path}/compose.yaml`,
  fixed,
  folders: path.split('/'),
});
const idsOf = (
  apps: readonly ReturnType<typeof app>[],
  existing: readonly string[] = [],
) => [...chooseIds(apps, existing).values()].sort();

test.each([
  ['Wiki', 'wiki'],
  ['Überwachung 2', 'uberwachung-2'],
  ['__my.app__', 'my-app'],
  ['..', 'app'],
  ['日本', 'app'],
  ['constructor', 'app-constructor'],
  ['x'.repeat(80), 'x'.repeat(63)],
])('%j becomes %j', (name, id) => {
  expect(makeId(name)).toBe(id);
  expect(isModuleId(makeId(name))).toBe(true);
});

it('ids that would be the same take the folders above them', () => {
  expect(idsOf([app('a/db'), app('b/db'), app('wiki')])).toEqual([
    ...['a-db', 'b-db', 'wiki'],
  ]);
});

it('where the folders do not help, numbers do', () => {
  expect(idsOf([app('Wiki'), app('wiki'), app('w_iki')])).toEqual([
    ...['w-iki', 'wiki-2', 'wiki-3'],
  ]);
});

it('no id of a module that is there, or of a folder of the host, is taken', () => {
  expect(idsOf([app('apps/wiki'), app('backups')], ['wiki'])).toEqual([
    ...['apps-wiki', 'backups-2'],
  ]);
});

it('a folder among the modules keeps its name, before all others', () => {
  const apps = [app('apps/wiki'), app('modules/wiki', 'wiki')];
  expect(chooseIds(apps, []).get('modules/wiki/compose.yaml')).toBe('wiki');
  expect(chooseIds(apps, []).get('apps/wiki/compose.yaml')).toBe('apps-wiki');
});

test.each([
  ['My.Shop', 'myshop'],
  ['_shop', 'shop'],
  ['shop_1', 'shop_1'],
])('the folder %j is the project %j', (name, project) => {
  expect(projectNameOf(name)).toBe(project);
});
