import packageJson from '../../../package.json' with { type: 'json' };
import { quoteText } from '../../init/quote-text.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import {
  exitStatusOfVerdict,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { describePlan, nextCommands } from '../init/describe-plan.ts';
import { type InitPlan, makePlan } from '../init/make-plan.ts';
import type { InitOptions } from '../init/options.ts';
import { KNOWN_HOSTS_PATH } from '../init/plan-files.ts';
import { openQuestions, type Questions } from '../init/questions.ts';
import { readRepositoryFacts } from '../init/repository-facts.ts';
import { decideSettings } from '../init/settings.ts';
import { readToolkit } from '../init/toolkit.ts';
import { writeFiles } from '../init/write-files.ts';
import type { Terminal } from '../terminal.ts';

const SUBJECT = { gate: 'init', sha: '' };

/** Makes a gated repository of a repository; shows it all before it writes. */
export function init(dir: string | undefined, options: InitOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const questions = openQuestions(options.json);
    const toolkit = readToolkit(packageJson.version);
    const facts = await readRepositoryFacts(dir ?? '.');
    const { version } = toolkit;
    const settings = await decideSettings(facts, options, {
      ...{ version, questions },
    });
    const given = { facts, settings, options, toolkit, questions, terminal };
    const plan = await makePlan(given);
    const described = await describePlan(plan, settings);
    for (const line of described.lines) terminal.line(line);
    const verdict = await carryOut(plan, {
      ...{ options, questions, root: facts.root },
    });
    terminal.verdict(verdict);
    const next =
      verdict.decision === 'pass' ? nextCommands(plan, settings) : [];
    for (const line of next) terminal.line(line);
    terminal.document({ verdict, ...described.document, next });
    return exitStatusOfVerdict(verdict);
  };
}

async function carryOut(
  plan: InitPlan,
  given: {
    readonly options: InitOptions;
    readonly questions: Questions | undefined;
    readonly root: string;
  },
): Promise<Verdict> {
  const { options, questions, root } = given;
  const { length } = plan.changes;
  const what = `${length} ${length === 1 ? 'file' : 'files'}`;
  if (length === 0) {
    return pass('init/nothing-to-do', 'nothing to write', plan);
  }
  if (options.dryRun) {
    return pass('init/dry-run', `${what} would be written`, plan);
  }
  if (
    options.yes !== true &&
    (await questions?.confirm(`Write ${what}?`)) !== true
  ) {
    const why = questions ? 'the answer was not y' : 'nobody can be asked here';
    return refuseVerdict(SUBJECT, [
      finding('init/not-confirmed', `${what} would be written; ${why}`),
    ]);
  }
  writeFiles(root, plan.changes);
  return pass('init/written', `${what} written`, plan);
}

function pass(code: ReasonCode, reason: string, { kept }: InitPlan): Verdict {
  const findings = kept.map(({ path }) =>
    finding('init/kept', `${quoteText(path)} was left as it is`, {
      remedy:
        path === KNOWN_HOSTS_PATH
          ? 'Add the keys that it lacks by hand; known_hosts is yours.'
          : `Look at the difference; to take what init would write: apply-gates init --overwrite ${quoteText(path)}`,
    }),
  );
  return passVerdict(SUBJECT, code, reason, { findings });
}
