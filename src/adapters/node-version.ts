const OLDEST: readonly [number, number] = [20, 19];

/**
 * What to say where Node is too old; undefined where it is not. Runners take
 * whatever `node` the job image has, whatever `runs.using` asks for.
 */
export function describeOldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
    return undefined;
  }
  return `apply-gates needs Node ${OLDEST.join('.')} or later, but this is Node ${version}. Use a job image with Node 24 (for example node:24-bookworm) or install it in a step before.`;
}
