import { type Command, Option } from 'commander';
import { FORGES } from '../init/forge-kind.ts';
import type { Perform } from './command-line.ts';

/** `apply-gates init`: from a repository to one with gates. */
export function addInitCommand(program: Command, perform: Perform): void {
  program
    .command('init [dir]')
    .description('Write manifests, policy and workflows for a repository.')
    .addOption(new Option('--forge <name>', 'else guessed').choices(FORGES))
    .option('--host <host>', 'name=user@address[:port] (repeatable)', collect)
    .option('--place <path=host>', 'which host has a folder', collect)
    .option('--actions-url <url>', 'repository of the actions')
    .option('--actions-sha <sha>', 'full commit id of their release')
    .option('--actions-tag <tag>', 'or its tag, which is resolved now')
    .option('--vendor <path>', 'or a copy of them in this repository')
    .option('--known-hosts-file <file>', 'keys of the hosts')
    .option('--scan-host-keys', 'or ask the hosts, and compare')
    .option('--fingerprint <sum>', 'as a host itself says it', collect)
    .option('--modules-dir <path>', 'where modules are (modules)')
    .option('--branch <name>', 'default branch, else that of origin')
    .option('--runs-on <label>', 'runner of the workflows')
    .option('--app <path>', 'a compose file of another name', collect)
    .option('--skip <path>', 'a compose file that is none', collect)
    .option('--overwrite <path>', 'take what init writes here', collect)
    .option('--yes', 'write without asking')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--json', 'print one JSON document')
    .action((dir, options) =>
      perform(
        async () => (await import('./commands/init.ts')).init(dir, options),
        options.json,
      )(),
    );
}

function collect(value: string, before: readonly string[] | undefined) {
  return [...(before ?? []), value];
}
