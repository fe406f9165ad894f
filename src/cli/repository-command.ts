import type { Command } from 'commander';

/** Makes commands that are about a platform repository and its policy. */
export function repositoryCommand(program: Command) {
  return (usage: string, description: string) =>
    program
      .command(usage)
      .description(description)
      .option('--repo <dir>', 'platform repository', '.')
      .option('--policy <path>', 'policy in the repository')
      .option('--json', 'print one JSON document');
}
