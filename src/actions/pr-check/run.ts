import {
  decidePullRequest,
  PULL_REQUEST_GATE,
} from '../../gates/pull-request/decide-pull-request.ts';
import { decideLint } from '../../lint/decide-lint.ts';
import { renderFindings } from '../../lint/render-findings.ts';
import { ActionError } from '../../model/errors.ts';
import { modeOf } from '../../model/policy-defaults.ts';
import { renderPullRequest } from '../../report/render-pull-request.ts';
import { renderVerdictLines } from '../../report/render-verdict-lines.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import { autoApplyScopeStep } from '../auto-apply-scope/run.ts';
import { lintSources } from '../lint-sources.ts';
import { executeStep, type Ports, type RawInputs, type Step } from '../step.ts';
import { findWarnings } from './find-warnings.ts';
import { parseCheckInputs } from './inputs.ts';
import { type FilesAtHead, readFilesAtHead } from './read-files.ts';
import { sayOnPullRequest } from './say-on-pull-request.ts';

/** What a pull request would do once it is merged, and what is broken in it. */
export const prCheckStep: Step = {
  name: PULL_REQUEST_GATE,
  inputs: {
    comment: 'true',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
  },
  outputs: ['eligible', 'blocked', 'commented'],
  run: async (raw, ports) => {
    const inputs = parseCheckInputs(raw);
    const subject = await readSubject(ports, inputs);
    const event = requirePullRequest(subject);
    const found = await lookAt(subject, raw, ports);
    const { scope, lint, warnings } = found;
    const decision = decidePullRequest({
      ...{ head: subject.head, invalid: found.files.invalid, warnings },
      ...{ scope: scope.verdict, lint },
    });
    for (const line of renderLog(found)) ports.print(line);
    const text = renderPullRequest({
      ...{ ...decision, warnings, trusted: subject.trusted },
      applied: placesOf(subject, found.files, scope.verdict.modules),
      reported: found.findings.filter(({ severity }) => severity !== 'high'),
      run: ports.context.identity,
    });
    const commented = await sayOnPullRequest(ports, { inputs, event, text });
    return {
      verdict: decision.verdict,
      outputs: {
        eligible: scope.outputs['eligible'] ?? '[]',
        blocked: scope.outputs['blocked'] ?? '[]',
        commented: String(commented),
      },
      summary: [scope.verdict, lint, decision.verdict],
      warning: warnings.length > 0,
    };
  },
};

/** What the gates and checkers say; the scope gate is asked as it is. */
async function lookAt(subject: Subject, raw: RawInputs, ports: Ports) {
  const files = await readFilesAtHead(subject);
  const findings = await lintSources(files.workflows);
  const { comment: _, ...inputs } = raw;
  const scope = await executeStep(autoApplyScopeStep, inputs, ports);
  const judged = { files: files.workflows.length, sha: subject.head };
  return {
    files,
    findings,
    scope,
    lint: decideLint(findings, judged),
    warnings: await findWarnings(subject, scope.verdict),
  };
}

function renderLog({
  scope,
  findings,
  warnings,
}: Awaited<ReturnType<typeof lookAt>>): string[] {
  return [
    ...renderVerdictLines(scope.verdict, { colour: false }),
    ...renderFindings(findings),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** A lane's own event would say nothing about a change that is not merged. */
function requirePullRequest({ event }: Subject) {
  if (event.name === 'pull_request') return event;
  throw new ActionError(
    'scope/event-not-supported',
    `pr-check looks at pull requests, and the event is ${JSON.stringify(event.name)}`,
    { remedy: 'Use it in a workflow with on: pull_request.' },
  );
}

/** Where modules would be applied, and whether they would be changed there. */
function placesOf(
  { policy }: Subject,
  { manifests }: FilesAtHead,
  modules: readonly string[],
) {
  return modules.map((module) => {
    const name = manifests.get(module)?.host ?? '';
    const host = Object.hasOwn(policy.hosts, name)
      ? policy.hosts[name]
      : undefined;
    const mode = host ? modeOf(policy, host) : policy.mode;
    return { module, host: name, mode };
  });
}
