import { expect, it } from 'vitest';
import { finding } from '../../model/verdict.ts';
import { decideTold, type Thing, type Topic } from './decide-told.ts';

const ALL: Topic[] = ['attempt', 'lease', 'lag', 'host'];
const drift = (module: string, state: string): Thing => ({
  topic: 'host',
  finding: finding('reconcile/drift', `${module} was changed`, { module }),
  state,
});
const frozen: Thing = {
  topic: 'lag',
  finding: finding('freeze/frozen', 'web is frozen', { module: 'web' }),
};
const codes = ({ news }: ReturnType<typeof decideTold>) =>
  news.map(({ module, code }) => `${module} ${code}`);

it('tells a thing once, again when it changed, and again when it came back', () => {
  const first = decideTold([drift('web', 'a'), frozen], [], ALL);
  expect(codes(first)).toEqual(['web reconcile/drift', 'web freeze/frozen']);
  const same = decideTold([frozen, drift('web', 'a')], first.told, ALL);
  expect(same).toEqual({ news: [], told: first.told });
  const changed = decideTold([drift('web', 'b'), frozen], first.told, ALL);
  expect(codes(changed)).toEqual(['web reconcile/drift']);
  const gone = decideTold([frozen], changed.told, ALL);
  expect(codes(gone)).toEqual([]);
  const back = decideTold([frozen, drift('web', 'b')], gone.told, ALL);
  expect(codes(back)).toEqual(['web reconcile/drift']);
});

it('remembers what it did not look for', () => {
  const { told } = decideTold([drift('web', 'a'), frozen], [], ALL);
  const blind = decideTold([frozen], told, ['lag']);
  expect(blind).toEqual({ news: [], told });
});

it('takes several things of one kind for one, in whatever order they come', () => {
  const [one, other] = [drift('web', 'a'), drift('web', 'b')];
  const { told, news } = decideTold([one, other], [], ALL);
  expect(news).toHaveLength(2);
  expect(told).toHaveLength(1);
  expect(codes(decideTold([other, one], told, ALL))).toEqual([]);
});
