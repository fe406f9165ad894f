import { printable } from '../../../model/printable.ts';
import type { ReasonCode } from '../../../model/reason-codes.ts';
import { type Finding, finding } from '../../../model/verdict.ts';
import type { ComposeSubject } from '../compose-subject.ts';

/** What is wrong with a service of the model; only shown texts may come here. */
export function serviceFinding(
  code: ReasonCode,
  { module, redact }: Pick<ComposeSubject, 'module' | 'redact'>,
  said: {
    readonly service: string;
    readonly what: string;
    readonly remedy?: string | undefined;
  },
): Finding {
  const name = JSON.stringify(said.service);
  const tell = (text: string) => printable(redact(text));
  return finding(code, tell(`${module}: service ${name} ${said.what}`), {
    module,
    ...(said.remedy === undefined ? {} : { remedy: tell(said.remedy) }),
  });
}
