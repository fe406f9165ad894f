import type { Policy } from '../../../model/policy.ts';

/**
 * What the policy accepts of one module: words, and paths with all below.
 * `/` is no path that a policy can hold, so it is never accepted.
 */
export interface HostAccess {
  accepts(word: string): boolean;
  /** True for an accepted path, and for what lies below one. */
  acceptsPath(path: string): boolean;
  /** The line that accepts these words, too. */
  remedy(...words: readonly string[]): string;
}

export function openHostAccess(
  module: string,
  policy: Pick<Policy, 'allow_host_access'>,
): HostAccess {
  const accepted = Object.hasOwn(policy.allow_host_access, module)
    ? (policy.allow_host_access[module] ?? [])
    : [];
  return {
    accepts: (word) => accepted.some((each) => each === word),
    acceptsPath: (path) =>
      accepted.some((each) => path === each || path.startsWith(`${each}/`)),
    remedy: (...words) => {
      const all = [...new Set([...accepted, ...words])].map(yamlWord);
      return `Take it out; or, if ${module} may do that, write in the policy under allow_host_access: ${module}: [${all.join(', ')}]`;
    },
  };
}

function yamlWord(word: string): string {
  return /^(?:[A-Za-z0-9_./]|(?!^)(?:[@+=-]|:(?=[A-Za-z0-9_./])))+$/.test(word)
    ? word
    : JSON.stringify(word);
}
