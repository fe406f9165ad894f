import { createHash } from 'node:crypto';
import { systemClock } from '../../src/adapters/clock.ts';
import { composeDriver } from '../../src/drivers/compose/compose-driver.ts';
import type {
  ApplyRequest,
  ApplyResult,
  PlanRequest,
  PlanResult,
  Release,
} from '../../src/drivers/driver.ts';
import type { HostSession } from '../../src/host/host-session.ts';
import { manifestSchema } from '../../src/model/manifest.ts';
import type { Plan } from '../../src/model/plan.ts';
import { makeFile, STRICT_POLICY } from './host-modules.ts';

/** A release of a compose module, written as its files. */
export interface ComposeReleaseOptions {
  /** Also the default of project and folder. */
  readonly id: string;
  /** By path inside the module folder; with a leading `/` from the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Keys of the manifest besides id, host and driver. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** The release that `readRelease` would make of these files. */
export function makeComposeRelease(options: ComposeReleaseOptions): Release {
  const { id } = options;
  const manifest = manifestSchema.parse({
    schema: 1,
    id,
    stateful: false,
    host: 'box',
    driver: 'compose',
    health: { timeout: '20s', streak: 2, interval: '1s' },
    ...options.manifest,
  });
  const folder = `modules/${id}`;
  const files = Object.entries(options.files).map(([path, content]) =>
    makeFile(
      path.startsWith('/') ? path.slice(1) : `${folder}/${path}`,
      content,
      path.endsWith('.sh') ? '100755' : '100644',
    ),
  );
  const hash = createHash('sha256');
  hash.update(JSON.stringify(manifest));
  for (const { path, content } of files) hash.update(path).update(content);
  const tree = hash.digest('hex');
  return {
    module: id,
    manifest,
    folder,
    sha: tree.slice(0, 40),
    tree,
    files: async () => files,
  };
}

/** Asks for a plan; refusals are values. */
export function askComposePlan(
  host: HostSession,
  release: Release,
  policy: PlanRequest['policy'] = STRICT_POLICY,
): Promise<PlanResult> {
  const createdAt = new Date().toISOString();
  return composeDriver.plan({ host, release, createdAt, policy });
}

/** The plan, or an error that tells why there is none. */
export async function planComposeRelease(
  host: HostSession,
  release: Release,
  policy: PlanRequest['policy'] = STRICT_POLICY,
): Promise<Plan> {
  const result = await askComposePlan(host, release, policy);
  if (result.kind === 'planned') return result.plan;
  throw new Error(`${result.refusal.code}: ${result.refusal.reason}`);
}

/** Plans and applies, as a run of its own. */
export async function applyComposeRelease(
  host: HostSession,
  release: Release,
  changes: Partial<ApplyRequest & { policy: PlanRequest['policy'] }> = {},
): Promise<ApplyResult> {
  const { policy, ...others } = changes;
  const plan =
    changes.plan ?? (await planComposeRelease(host, release, policy));
  return composeDriver.apply({
    host,
    release,
    plan,
    armed: false,
    run: { id: '7', number: '7', attempt: '1', url: '' },
    clock: systemClock,
    lockWaitMs: 1_000,
    ...others,
  });
}
