import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { truthy } from '@actions/expressions/result';

/** What `${{ }}` can be read from: context name -> plain values. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the steps of a job went so far, as `success()` and its like ask it. */
export type JobStatus = 'success' | 'failure';

/** Text with every `${{ }}` in it replaced by its value. */
export function evaluateTemplate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) =>
    evaluate(expression, contexts, 'success').coerceString(),
  );
}

/**
 * Whether a step with this `if:` runs. As in a runner, a condition without a
 * status function holds only while the job succeeds.
 */
export function evaluateCondition(
  condition: string | undefined,
  contexts: Contexts,
  status: JobStatus,
): boolean {
  const bare = (condition ?? 'success()').replace(
    /^\s*\$\{\{(.*)\}\}\s*$/s,
    '$1',
  );
  const asksForStatus = /\b(?:success|failure|always|cancelled)\s*\(/.test(
    bare,
  );
  const whole = asksForStatus ? bare : `success() && (${bare})`;
  return truthy(evaluate(whole, contexts, status));
}

function evaluate(
  expression: string,
  contexts: Contexts,
  status: JobStatus,
): data.ExpressionData {
  const functions = Object.entries({
    success: status === 'success',
    failure: status === 'failure',
    always: true,
    // Forgejo's runner starts no step after it was asked to stop.
    cancelled: false,
  }).map(([name, answer]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answer),
  }));
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const known = new Map(functions.map((each) => [each.name, each]));
  return new Evaluator(tree, toDictionary(contexts), known).evaluate();
}

function toDictionary(values: object): data.Dictionary {
  return new data.Dictionary(
    ...Object.entries(values).map(([key, value]) => ({
      key,
      value: toExpressionData(value),
    })),
  );
}

function toExpressionData(value: unknown): data.ExpressionData {
  switch (typeof value) {
    case 'string':
      return new data.StringData(value);
    case 'boolean':
      return new data.BooleanData(value);
    case 'number':
      return new data.NumberData(value);
    case 'object':
      if (value !== null) return toDictionary(value);
  }
  return new data.Null();
}
