import {
  type ArtifactService,
  readArtifactService,
} from '../../adapters/artifact/artifact-service.ts';
import type { UploadResult } from '../../adapters/artifact/upload-artifact.ts';
import { readEnvironmentSecrets } from '../../adapters/environment-secrets.ts';
import { openArtifactDraft } from '../../artifact/artifact-draft.ts';
import { defaultArtifactName } from '../../artifact/artifact-name.ts';
import { compareUpload } from '../../artifact/compare-upload.ts';
import {
  judgeUpload,
  type UploadFacts,
  type UploadOutcome,
} from '../../artifact/judge-upload.ts';
import type { Status } from '../../model/status.ts';
import { makeRedactor } from '../../redaction/redactor.ts';
import type { Ports, Step, StepOutcome } from '../step.ts';
import { gatherFiles } from './gather-files.ts';
import {
  parseStateArtifactInputs,
  type StateArtifactInputs,
} from './inputs.ts';
import { sendFiles } from './send-files.ts';

const NAME = 'state-artifact-upload';

/** Copies state, plans, verdicts and the end of the log into an artifact. */
export const stateArtifactUploadStep: Step = {
  name: NAME,
  inputs: {
    name: '',
    paths: '',
    'if-no-files-found': 'warn',
    'retention-days': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['artifact-id', 'artifact-url', 'digest'],
  run: async (raw, ports) => {
    const inputs = parseStateArtifactInputs(raw);
    const offer = readArtifactService(ports.context.flavour);
    return offer.kind === 'offered'
      ? await copyState(inputs, offer.service, ports)
      : report(ports, {
          name: inputs.name ?? '',
          outcome: offer,
          missing: [],
          ifNoFilesFound: inputs.ifNoFilesFound,
          notes: [],
          evidence: {},
        });
  },
};

async function copyState(
  inputs: StateArtifactInputs,
  service: ArtifactService,
  ports: Ports,
): Promise<StepOutcome> {
  ports.mask(service.token);
  const given = [inputs.token, inputs.stateSshKey];
  const redactor = makeRedactor([
    service.token,
    ...given.filter((secret) => secret !== undefined),
    ...readEnvironmentSecrets(),
  ]);
  const draft = openArtifactDraft(redactor);
  const gathered = await gatherFiles(draft, inputs, ports);
  const name = inputs.name ?? nameAfter(gathered.statuses, ports);
  const { retentionDays, ifNoFilesFound } = inputs;
  const result =
    draft.files.size === 0
      ? undefined
      : await sendFiles(
          { name, draft, service, retentionDays, redactor },
          ports,
        );
  const { missing, notes } = gathered;
  const files = draft.files.size;
  const evidence = { name, files };
  const outcome = outcomeOf(result);
  const facts = { name, outcome, missing, ifNoFilesFound, notes, evidence };
  return report(ports, facts, result);
}

function nameAfter(statuses: readonly Status[], { context }: Ports): string {
  const run = context.identity;
  return defaultArtifactName({
    pullRequest: pullRequestOf(context),
    run,
    statuses,
  });
}

/** An event that cannot be read has been told with the state branch. */
function pullRequestOf(context: Ports['context']): number | undefined {
  try {
    const event = context.readEvent();
    return event.name === 'pull_request' ? event.number : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(result: UploadResult | undefined): UploadOutcome {
  switch (result?.kind) {
    case undefined:
      return { kind: 'empty' };
    case 'failed':
      return result;
    case 'uploaded':
      return {
        kind: 'uploaded',
        comparison: compareUpload(result, result.kept),
      };
  }
}

function report(
  { context }: Ports,
  facts: UploadFacts,
  result?: UploadResult,
): StepOutcome {
  const { serverUrl, repository, identity, sha } = context;
  const verdict = judgeUpload({ gate: NAME, sha }, facts);
  const sent = result?.kind === 'uploaded' ? result : undefined;
  // Forgejo before 13 knows no such address; its run's page has the artifact.
  const run = `${serverUrl}/${repository}/actions/runs/${identity.id}`;
  return {
    verdict,
    outputs: {
      'artifact-id': sent ? String(sent.id) : '',
      'artifact-url': sent ? `${run}/artifacts/${sent.id}` : '',
      digest: sent ? `sha256:${sent.digest}` : '',
    },
    warning:
      verdict.code !== 'artifact/uploaded' || verdict.findings.length > 0,
  };
}
