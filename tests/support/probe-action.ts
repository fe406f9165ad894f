import type { Step } from '../../src/actions/step.ts';
import { runAction } from '../../src/adapters/runner.ts';
import { ActionError } from '../../src/model/errors.ts';
import { isReasonCode } from '../../src/model/reason-codes.ts';
import {
  finding,
  passVerdict,
  refuseVerdict,
} from '../../src/model/verdict.ts';

/** A step that does what its inputs say; bundled and run by the tests. */
const probeStep: Step = {
  name: 'probe',
  inputs: { token: '', text: '', behaviour: 'pass', code: 'scope/eligible' },
  outputs: ['text'],
  run: async ({ text = '', behaviour, code = '' }, ports) => {
    const subject = { gate: 'probe', sha: ports.context.sha };
    if (!isReasonCode(code)) throw new RangeError(code);
    ports.print(text);
    switch (behaviour) {
      case 'refuse': {
        const verdict = refuseVerdict(
          subject,
          [finding(code, text, { module: 'web', remedy: text })],
          { text, deep: [{ text }] },
        );
        const outputs = { text, list: JSON.stringify([text]) };
        return { verdict, outputs, summary: [verdict] };
      }
      case 'throw':
        throw new ActionError(code, text, { evidence: { text } });
      case 'bug':
        throw new TypeError(text);
      case 'stray':
        void Promise.reject(new Error(text));
        break;
      case 'hang':
        ports.print('waiting');
        await ports.clock.sleep(60_000);
    }
    await ports.clock.sleep(behaviour === 'stray' ? 60_000 : 0);
    const verdict = passVerdict(subject, code, text);
    return { verdict, outputs: { text }, summary: [verdict] };
  },
};

await runAction(probeStep);
