import { planCompose } from '../../src/drivers/compose/compose-plan.ts';
import type { PlanResult } from '../../src/drivers/driver.ts';
import type { HostRequest } from '../../src/host/host-session.ts';
import { manifestSchema } from '../../src/model/manifest.ts';
import { policySchema } from '../../src/model/policy.ts';
import { encodeFields } from './compose-facts.ts';
import { makeReleaseFiles } from './compose-subject.ts';

const FILES = { 'compose.yaml': 'services: {web: {image: "site:1"}}\n' };

/** Tree of the release that is planned. */
export const PLANNED_TREE = 'b'.repeat(64);

const policy = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'local' } },
}).hosts['box'];

/** What a test says of the module `web` and of its host. */
export interface PlanOptions {
  readonly compose?: Record<string, unknown>;
  readonly manifest?: Record<string, unknown>;
  readonly files?: Parameters<typeof makeReleaseFiles>[0];
  readonly redact?: (text: string) => string;
  readonly requests?: HostRequest[];
}

/** What is planned for `web` when the host answers with these fields. */
export async function planAnswered(
  fields: Readonly<Record<string, string>>,
  options: PlanOptions = {},
): Promise<PlanResult> {
  if (!policy) throw new TypeError('no host');
  const manifest = manifestSchema.parse({
    ...{ schema: 1, id: 'web', stateful: false, host: 'box' },
    ...{ driver: 'compose', compose: options.compose },
    ...options.manifest,
  });
  return planCompose({
    createdAt: '2026-11-20T10:00:00Z',
    policy: {
      allow_host_access: {},
      sacred: { paths: [], modules: [], commands: [] },
    },
    host: {
      ...{ name: 'box', policy, commandPath: '/bin' },
      redact: options.redact ?? ((text) => text),
      perform: async (request) => {
        options.requests?.push(request);
        return { kind: 'answer', fields: encodeFields(fields) };
      },
      close: async () => {},
    },
    release: {
      ...{ module: 'web', manifest, folder: 'modules/web' },
      ...{ sha: 'a'.repeat(40), tree: PLANNED_TREE },
      files: async () => makeReleaseFiles(options.files ?? FILES),
    },
  });
}
