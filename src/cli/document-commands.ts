import { Argument, type Command } from 'commander';
import type { Perform } from './command-line.ts';

/** `lint`, `validate`, `schema`: what looks at files alone. */
export function addDocumentCommands(program: Command, perform: Perform): void {
  program
    .command('lint [dir]')
    .description('Check the workflows of a repository, or of a folder.')
    .option('--json', 'print one JSON document')
    .action((dir, options) =>
      perform(
        async () => (await import('./commands/lint.ts')).lint(dir),
        options.json,
      )(),
    );
  program
    .command('validate [dir]')
    .description('Check the policy and all manifests of a folder.')
    .option('--policy <path>', 'policy in the repository')
    .option('--json', 'print one JSON document')
    .action((dir, options) =>
      perform(
        async () =>
          (await import('./commands/validate.ts')).validate(dir, options),
        options.json,
      )(),
    );
  program
    .command('schema')
    .description('Print the JSON Schema of a document, for editors.')
    .addArgument(
      new Argument('<document>', 'which').choices(['manifest', 'policy']),
    )
    .option('--json', 'print it on one line')
    .action((document, options) =>
      perform(
        async () => (await import('./commands/schema.ts')).schema(document),
        options.json,
      )(),
    );
}
