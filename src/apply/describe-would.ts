import type { Plan } from '../model/plan.ts';

const MAX_NAMED = 20;

/** What an apply of a plan would do, to go on after a subject. */
export function describeWould({ changes }: Pick<Plan, 'changes'>): string {
  if (changes.length === 0) return 'would change nothing that runs';
  const named = changes
    .slice(0, MAX_NAMED)
    .map(({ action, resource }) => `${action} ${resource}`);
  const more = changes.length - named.length;
  return `would ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
