import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type {
  ApplyRequest,
  ApplyResult,
  PlanResult,
  Release,
} from '../../src/drivers/driver.ts';
import type { HostSession } from '../../src/host/host-session.ts';
import type { Plan } from '../../src/model/plan.ts';
import {
  applyComposeRelease,
  askComposePlan,
  makeComposeRelease,
  planComposeRelease,
} from './compose-modules.ts';
import {
  containersOf,
  docker,
  type EngineContainer,
  removeProject,
  uniqueProject,
} from './engine.ts';
import { buildImage } from './engine-image.ts';
import { makeHost, type TestHost } from './host-modules.ts';
import type { TestSshd } from './sshd.ts';

type Options = {
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Another module; without it the one that is called as the project. */
  readonly id?: string;
};

/** Files by path; what is no text is written as JSON, which is YAML as well. */
type Files = Readonly<Record<string, string | object>>;

/** A host with a project of its own on the real engine. */
export interface ComposeStand {
  readonly host: TestHost;
  readonly session: HostSession;
  readonly project: string;
  /** An image that idles. */
  readonly image: string;
  release(files: Files, options?: Options): Release;
  ask(release: Release): Promise<PlanResult>;
  plan(release: Release): Promise<Plan>;
  apply(
    release: Release,
    changes?: Partial<ApplyRequest>,
  ): Promise<ApplyResult>;
  /** Applies, and fails where that did not change anything for good. */
  applied(release: Release): Promise<void>;
  /** Every container by service, or by name where there are several. */
  containers(): Readonly<Record<string, EngineContainer>>;
  /** When each of them started. */
  started(): Readonly<Record<string, string>>;
  /** Runs a command in the container of a service. */
  exec(service: string, ...argv: readonly string[]): string;
  /** Writes what lives on the host, below `shared` of a module. */
  keep(path: string, content: string, id?: string): string;
  close(): Promise<void>;
}

/** Without an sshd the local transport is used. */
export async function openComposeStand(sshd?: TestSshd): Promise<ComposeStand> {
  const host = makeHost(sshd);
  const session = await host.open();
  const project = uniqueProject();
  const { ref } = await buildImage(project, 'idle');
  const containers = () => namedContainers(project);
  const apply: ComposeStand['apply'] = (release, changes) =>
    applyComposeRelease(session, release, changes);
  return {
    ...{ host, session, project, containers, apply },
    image: ref,
    release: (files, { id = project, manifest = {} } = {}) =>
      makeComposeRelease({
        id,
        manifest: {
          ...(id === project ? {} : inProject(project)),
          ...manifest,
        },
        files: Object.fromEntries(
          Object.entries(files).map(([path, content]) => [
            path,
            typeof content === 'string' ? content : JSON.stringify(content),
          ]),
        ),
      }),
    ask: (release) => askComposePlan(session, release),
    plan: (release) => planComposeRelease(session, release),
    applied: async (release) => {
      const done = await apply(release);
      expect(done).toMatchObject({ result: 'applied', health: 'healthy' });
    },
    started: () =>
      Object.fromEntries(
        Object.entries(containers()).map(([name, one]) => [
          name,
          one.startedAt,
        ]),
      ),
    exec: (service, ...argv) => {
      const one = containers()[service];
      if (!one) throw new Error(`no container of ${service}`);
      return docker('exec', one.id, ...argv);
    },
    keep: (path, content, id = project) => {
      const place = join(host.runtimeRoot, id, 'shared', path);
      mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
      writeFileSync(place, content);
      return place;
    },
    close: async () => {
      await host.remove();
      removeProject(project);
    },
  };
}

/** Writes files to a folder, as a checkout by hand would. */
export function writeFolder(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    const text =
      typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(place, text);
    if (path.endsWith('.sh')) chmodSync(place, 0o755);
  }
}

function inProject(project: string) {
  return { compose: { project } };
}

function namedContainers(project: string) {
  const all = containersOf(project);
  return Object.fromEntries(
    all.map((one) => {
      const { service } = one;
      const isOnly =
        all.filter((each) => each.service === service).length === 1;
      return [isOnly ? service : one.name.replace(`${project}-`, ''), one];
    }),
  );
}
