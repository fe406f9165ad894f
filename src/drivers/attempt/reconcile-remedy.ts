/** What to do about an attempt of which nobody knows how it ended. */
export function reconcileRemedy(module: string): string {
  return `Have the record of the host read back: apply-gates reconcile ${module}`;
}

/** The same where a person has to say it. */
export function statingRemedy(module: string, look?: string): string {
  const first = look === undefined ? 'Look at it' : `Look at it (${look})`;
  return `${first}, make it what it should be, and say what became of it: apply-gates reconcile ${module} --reason '<what became of it>'`;
}
