import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
} from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { lintWorkflows } from '../../src/lint/lint-workflows.ts';
import { readRepositoryFile } from '../support/repository-files.ts';
import {
  listWorkflowFiles,
  readWorkflowFile,
  stepsOf,
  type WorkflowFile,
} from '../support/workflow-files.ts';

/** Events whose run may be started, or filled, by somebody from outside. */
const FORBIDDEN_EVENTS = [
  'pull_request_target',
  'issue_comment',
  'pull_request_comment',
  'workflow_run',
  'repository_dispatch',
];

/** It changes something on a host, which the state branch gets to know. */
function isApplying(workflow: WorkflowFile): boolean {
  return stepsOf(workflow).some(
    (step) =>
      'uses' in step &&
      (/\/actions\/(?:module-apply|backup-before-apply)@/.test(step.uses) ||
        /^[^/]+\/apply-gates@/.test(step.uses)),
  );
}

/** Actions that put something on the state branch. */
const RECORDING = /\/actions\/(?:freeze|reconcile|audit-log-append)@/;

function isRecording(workflow: WorkflowFile): boolean {
  return stepsOf(workflow).some(
    (step) => 'uses' in step && RECORDING.test(step.uses),
  );
}

async function complaintsOfGitHub(file: string): Promise<string[]> {
  const content = readRepositoryFile(file);
  const { context, value } = parseWorkflow(
    { name: file, content },
    new NoOperationTraceWriter(),
  );
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

it('workflows: there are some to look at', () => {
  expect(listWorkflowFiles()).toEqual(
    expect.arrayContaining(['.forgejo/workflows/ci.yml']),
  );
});

describe.each(listWorkflowFiles())('workflows: %s', (file) => {
  const text = readRepositoryFile(file);

  it('is clean by our own lint', () => {
    expect(lintWorkflows([{ file, content: text }]).findings).toEqual([]);
  });

  it('is valid for GitHub', async () => {
    expect(await complaintsOfGitHub(file)).toEqual([]);
  });

  it("is valid for Forgejo's runner", () => {
    expect(() => readWorkflowFile(file)).not.toThrow();
  });

  it('pins every action to a full commit', () => {
    const uses = stepsOf(readWorkflowFile(file)).flatMap((step) =>
      'uses' in step ? [step.uses] : [],
    );
    expect(uses.filter((each) => !/@[0-9a-f]{40}$/.test(each))).toEqual([]);
  });

  it('names the version beside each pin of somebody else', () => {
    const lines = text
      .split('\n')
      .filter((line) => /uses:\s*actions\//.test(line));
    expect(lines.filter((line) => !/# v\d+(\.\d+)*$/.test(line))).toEqual([]);
  });

  it('puts no expression into a script', () => {
    const scripts = stepsOf(readWorkflowFile(file)).flatMap((step) =>
      'run' in step ? [step.run] : [],
    );
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('keeps no credentials in a checkout', () => {
    const keeping = stepsOf(readWorkflowFile(file)).filter(
      (step) =>
        'uses' in step &&
        /(^|\/)actions\/checkout@/.test(step.uses) &&
        step.with?.['persist-credentials'] !== 'false',
    );
    expect(keeping).toEqual([]);
  });

  it('uses no cache, which another job could have filled', () => {
    const caching = stepsOf(readWorkflowFile(file)).filter(
      (step) =>
        'uses' in step &&
        (/cache/i.test(step.uses) || step.with?.['cache'] !== undefined),
    );
    expect(caching).toEqual([]);
  });

  it('has the least permissions', () => {
    const workflow = readWorkflowFile(file);
    const granted = [
      workflow.permissions,
      ...Object.values(workflow.jobs).map((job) => job.permissions ?? {}),
    ].flatMap((each) => Object.entries(each));
    const writing = granted.filter(([, level]) => level === 'write');
    // The state branch; else what a check says on a pull request.
    const stateful = isApplying(workflow) || isRecording(workflow);
    const comments = stepsOf(workflow).some(
      (step) => 'uses' in step && step.uses.includes('/lane-comment@'),
    );
    const least = [
      ...(stateful ? ['contents'] : []),
      ...(comments || !stateful ? ['pull-requests'] : []),
    ];
    expect(writing.filter(([scope]) => !least.includes(scope))).toEqual([]);
  });

  it('is not started by people from outside', () => {
    const events = Object.keys(readWorkflowFile(file).on);
    expect(events.filter((name) => FORBIDDEN_EVENTS.includes(name))).toEqual(
      [],
    );
  });

  it('does not cancel an apply that runs, and holds it in one job', () => {
    const workflow = readWorkflowFile(file);
    if (!isApplying(workflow)) return;
    expect(workflow.concurrency?.['cancel-in-progress']).toBe(false);
    expect(Object.keys(workflow.jobs)).toHaveLength(1);
    expect(workflow.on['pull_request']).toBeUndefined();
  });
});
