import { findCredentials } from './credential-patterns.ts';
import { type SecretForm, secretForms } from './secret-forms.ts';
import { mergeSpans, type Span } from './span.ts';

export const REDACTED = '***';

/** Takes secrets out of text. Pure: the same text in, the same text out. */
export interface Redactor {
  redact(text: string): string;
}

/**
 * Makes a redactor for values that are known to be secret; what merely looks
 * like a credential goes as well. All places are found in the text as it came
 * and then cut out together, so that secrets which overlap leave nothing.
 */
export function makeRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets
    .flatMap(secretForms)
    .sort((one, other) => other.text.length - one.text.length);
  const spansOf = (text: string) =>
    mergeSpans([...findForms(text, forms), ...findCredentials(text)]);
  return { redact: (text) => cutOut(text, spansOf(text)) };
}

function findForms(text: string, forms: readonly SecretForm[]): Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    let start = text.indexOf(form.text);
    while (start !== -1) {
      spans.push(spanOf(text, start, form));
      start = text.indexOf(form.text, start + 1);
    }
  }
  return spans;
}

const BASE64_CHARACTER = /[A-Za-z0-9+/_-]/;

function spanOf(text: string, start: number, form: SecretForm): Span {
  const end = start + form.text.length;
  if (form.alphabet === 'plain') return { start, end };
  const before = BASE64_CHARACTER.test(text.charAt(start - 1)) ? 1 : 0;
  const after = BASE64_CHARACTER.test(text.charAt(end)) ? 1 : 0;
  return { start: start - before, end: end + after };
}

function cutOut(text: string, spans: readonly Span[]): string {
  let done = 0;
  let kept = '';
  for (const { start, end } of spans) {
    kept += text.slice(done, start) + REDACTED;
    done = end;
  }
  return kept + text.slice(done);
}
