import { passVerdict } from '../../model/verdict.ts';
import { type HostOptions, withHostPlace } from '../host-place.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Takes away program, policy and pinned keys. What was applied stays, in
 * runtime_root, and so does every other line of authorized_keys.
 */
export function hostRemove(name: string, options: HostOptions) {
  return (terminal: Terminal) =>
    withHostPlace(name, options, terminal, async ({ perform }) => {
      const dryRun = options.dryRun === true;
      const request = { op: 'remove', dry_run: String(dryRun) };
      const answer = await perform(request);
      const changes = (answer.get('changes') ?? '')
        .split('\n')
        .filter((line) => line !== '');
      const what =
        changes.length === 0 ? 'nothing was there' : changes.join(', ');
      const verdict = passVerdict(
        { gate: 'host', sha: '' },
        dryRun ? 'host/dry-run' : 'host/removed',
        `${name}: ${what}`,
      );
      terminal.verdict(verdict);
      terminal.document({ verdict, changes });
      return 0;
    });
}
