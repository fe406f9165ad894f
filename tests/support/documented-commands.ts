import { CommanderError } from 'commander';
import { defineProgram } from '../../src/cli/command-line.ts';
import { listRepositoryFiles, readRepositoryFile } from './repository-files.ts';

export interface DocumentedCommand {
  readonly file: string;
  readonly text: string;
  /** Part of a sentence, which may name a command and no more. */
  readonly inline: boolean;
}

/** What somebody finds to type in the pages for users, each once a page. */
export function listDocumentedCommands(): DocumentedCommand[] {
  const files = listRepositoryFiles('README.md', 'docs', 'actions', 'examples');
  return files
    .filter((path) => path.endsWith('.md') && !path.includes('/decisions/'))
    .flatMap((file) => {
      const page = readRepositoryFile(file);
      const found = [
        ...inBlocks(page).map((text) => ({ file, text, inline: false })),
        ...inSentences(page).map((text) => ({ file, text, inline: true })),
      ];
      return [...new Map(found.map((each) => [each.text, each])).values()];
    });
}

const BLOCK = /^( *)```(\w*)\n([\s\S]*?)^\1```/gm;
const SHELLS = ['', 'sh', 'bash', 'console'];
const COMMAND = /(?:^|[(;|&] *)(apply-gates [a-z-](?:'[^']*'|[^;|&)'])*)/g;

/** Lines of code blocks: prompts, comments and what follows a pipe left out. */
function inBlocks(page: string): string[] {
  const blocks = [...page.matchAll(BLOCK)].flatMap(
    ([, , language = '', text]) =>
      SHELLS.includes(language) ? (text ?? '') : [],
  );
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\$ /, '').trim())
      .map((line) => line.replace(/(?:^|\s)#.*$/, ''))
      .flatMap((line) => [...line.matchAll(COMMAND)])
      .map(([, text = '']) => text.trim()),
  );
}

function inSentences(page: string): string[] {
  const prose = page.replaceAll(BLOCK, '');
  return [...prose.matchAll(/`(apply-gates [a-z-][^`]*)`/g)].map(
    ([, text = '']) => text,
  );
}

/** A sentence need not say everything that a command must be given. */
const HALF = new Set([
  'commander.help',
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
]);

/** What the command line itself has against a command; undefined if nothing. */
export async function findFault({
  text,
  inline,
}: Omit<DocumentedCommand, 'file'>): Promise<string | undefined> {
  const stream = { write: () => true } as unknown as NodeJS.WritableStream;
  // Only what is asked counts: nothing is loaded, and nothing done.
  const program = defineProgram(() => async () => {}, stream);
  for (const command of [program, ...program.commands]) {
    for (const each of [command, ...command.commands]) {
      each.configureOutput({ writeErr: () => {} });
    }
  }
  try {
    await program.parseAsync(wordsOf(text), { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (inline && HALF.has(error.code)) return undefined;
    return `${error.code}: ${error.message}`;
  }
}

/** `<what stands for something>` is one word, and `[optional]` is given. */
function wordsOf(command: string): string[] {
  const plain = command
    .replaceAll(/<[^>]+>/g, 'something')
    .replace(/\s>.*$/, '')
    .replaceAll(/[[\]…]|\.\.\./g, '');
  return [...plain.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
    .map(([, single, double, bare]) => single ?? double ?? bare ?? '')
    .slice(1);
}
