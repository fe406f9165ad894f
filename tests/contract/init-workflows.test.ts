import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readToolkit } from '../../src/cli/init/toolkit.ts';
import {
  type ActionsSource,
  sourceOfWorkflow,
} from '../../src/init/actions-source.ts';
import type { ForgeKind } from '../../src/init/forge-kind.ts';
import { readMark, renderWorkflow } from '../../src/init/workflow-file.ts';
import { lintWorkflows } from '../../src/lint/lint-workflows.ts';
import { listRepositoryFiles } from '../support/repository-files.ts';
import { parseWorkflowFile, stepsOf } from '../support/workflow-files.ts';

const SHA = 'a'.repeat(40);
const COPY: ActionsSource = { kind: 'vendored', path: 'ops/gates' };
const remote = (url: string, tag?: string): ActionsSource => ({
  ...{ kind: 'repository', url, sha: SHA },
  ...(tag === undefined ? {} : { tag }),
});
const FORMS: readonly (readonly [ForgeKind, string, ActionsSource])[] = [
  [
    'forgejo',
    'https://forge.example/ops/gates/',
    remote('https://forge.example/ops/gates', 'v1.2.0'),
  ],
  ['github', 'ops/gates/', remote('https://github.com/ops/gates')],
  ['forgejo', './ops/gates/', COPY],
  ['github', './ops/gates/', COPY],
];
const toolkit = readToolkit('1.2.3');
const templates = [...toolkit.workflows];

it('every workflow to copy is a template', () => {
  const files = listRepositoryFiles('workflows').filter(
    (path) => path.split('/').length === 2,
  );
  expect(templates.map(([name]) => `workflows/${name}`)).toEqual(files);
});

describe.each(FORMS)('for %s from %s', (forge, prefix, source) => {
  it.each(templates)(
    '%s is the template, with the actions it names',
    (name, template) => {
      const { checkout, version } = toolkit;
      const settings = {
        forge,
        source,
        version,
        checkout,
        branch: 'main',
        runsOn: undefined,
      };
      const text = renderWorkflow(template, settings);
      const isCopied = source.kind === 'vendored';
      const expected = stepsOf(parseWorkflowFile(template)).map((step) =>
        'uses' in step
          ? {
              ...step,
              uses: step.uses
                .replace('apply-gates/apply-gates/', prefix)
                .replace(/@.*$/, isCopied ? '' : `@${SHA}`),
            }
          : step,
      );
      const [first, ...others] = stepsOf(parseWorkflowFile(text));
      const steps = isCopied ? others : [first, ...others];
      expect(steps).toEqual(expected);
      if (isCopied) {
        // What prepare itself does, since its own code is not there before.
        const uses = parse(`- ${checkout}`)[0];
        expect(first).toEqual({
          uses,
          with: { 'fetch-depth': '0', 'persist-credentials': 'false' },
        });
      }
      const { jobs: _jobs, ...head } = parse(text);
      const { jobs: _others, ...templateHead } = parse(template);
      expect(head).toEqual(templateHead);

      const file = `.${forge}/workflows/${name}`;
      expect(lintWorkflows([{ file, content: text }]).findings).toEqual([]);
      expect(text).not.toMatch(/0{40}|apply-gates\/apply-gates/);
      expect(readMark(text)).toEqual({ version, isEdited: false });
      expect(readMark(`${text}# mine\n`)).toEqual({ version, isEdited: true });
      expect(readMark(template)).toBeUndefined();
      expect(sourceOfWorkflow(text)).toEqual(source);
    },
  );
});
