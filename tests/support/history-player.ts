import { join } from 'node:path';
import { runCommand } from './command-line.ts';
import type { ComposeLane } from './compose-lane.ts';
import { containersOf, docker } from './engine.ts';
import { buildImage } from './engine-image.ts';
import { dispatchEvent, pushEvent } from './forge-events.ts';
import type { JobRun } from './forge-runner.ts';
import {
  type Deed,
  HISTORY_MODULES,
  type HistoryModule,
  type HistoryStep,
} from './history.ts';
import { meddle } from './history-meddling.ts';
import {
  describeModule,
  editContent,
  FIRST_CONTENT,
  isEdit,
  type ModuleContent,
} from './history-module.ts';
import {
  type CommittedModule,
  differencesFromCommit,
  servicesAt,
} from './host-in-sync.ts';
import { oneProcessWorkflow } from './one-process-workflow.ts';

/** How a lane may end while somebody breaks things, besides well. */
const EXPECTED = [
  'plan/destructive',
  'apply/rolled-back',
  'apply/unhealthy',
  'freeze/frozen',
];

/** Plays a history on a lane, and watches what it promises on the way. */
export class HistoryPlayer {
  readonly #lane: ComposeLane;
  readonly #workflow = oneProcessWorkflow();
  readonly #content = new Map<HistoryModule, ModuleContent>();
  readonly #past = new Map<HistoryModule, ModuleContent[]>();
  /** The commit that each of them runs. */
  readonly #live = new Map<HistoryModule, string>();
  /** Modules that somebody meddled with since they were looked at. */
  readonly #meddled = new Set<HistoryModule>();
  /** Modules that were rolled back, which freezes them. */
  readonly #frozen = new Set<HistoryModule>();
  /** What the lane has seen of the default branch. */
  #seen: string;

  constructor(lane: ComposeLane) {
    this.#lane = lane;
    this.#seen = this.#tip();
  }

  /** Everything in its first version, and running. */
  async begin(): Promise<void> {
    for (const tag of ['1', '2']) await this.#build(tag);
    for (const module of HISTORY_MODULES) this.#commit(module, FIRST_CONTENT);
    await this.#run('push');
  }

  async play({ deeds, run }: HistoryStep): Promise<void> {
    for (const deed of deeds) await this.#do(deed);
    if (run !== 'lost') await this.#run(run);
  }

  /**
   * Mends what is broken, and asks by name for what somebody meddled with: a
   * push does not look at what it did not change.
   */
  async end(): Promise<void> {
    for (const [module, content] of this.#content) {
      if (content.broken)
        this.#commit(module, { ...content, broken: undefined });
    }
    await this.#run('push');
    for (const module of this.#meddled) await this.#run('dispatch', module);
  }

  /** How the host differs from HEAD; empty where it does not. */
  differences(): string[] {
    return HISTORY_MODULES.flatMap((module) =>
      differencesFromCommit(this.#at(module, this.#tip())),
    ).concat(this.#strangers());
  }

  async #do(deed: Deed): Promise<void> {
    const { module } = deed;
    if (!isEdit(deed)) return await this.#meddle(deed);
    const content = this.#content.get(module) ?? FIRST_CONTENT;
    const past = this.#past.get(module) ?? [];
    this.#past.set(module, [...past, content]);
    this.#commit(module, editContent(content, past, deed));
  }

  #commit(module: HistoryModule, content: ModuleContent): void {
    this.#content.set(module, content);
    const { project } = this.#lane;
    const described = describeModule(module, content, `${project}/service`);
    const files = this.#lane.module(module, {
      ...described,
      manifest: {
        ...described.manifest,
        compose: {
          ...Object(described.manifest?.['compose']),
          project: this.#project(module),
        },
      },
    });
    this.#lane.commit(files);
  }

  async #run(how: 'push' | 'dispatch', module?: HistoryModule): Promise<void> {
    const run = await this.#start(how, module);
    if (run.codes['lane'] === 'plan/destructive') {
      // As docs/compose.md tells a person to.
      for (const { id } of this.#gone()) docker('rm', '-f', id);
      this.#look(await this.#start('dispatch', module));
    } else {
      this.#look(run);
    }
  }

  async #start(how: 'push' | 'dispatch', module = ''): Promise<JobRun> {
    await this.#lift();
    const [before, after] = [this.#seen, this.#tip()];
    this.#seen = after;
    const event =
      how === 'push' && before !== after
        ? pushEvent(before, after)
        : dispatchEvent(after, { module });
    return await this.#lane.run(event, { workflow: this.#workflow });
  }

  /** A person lifts the freeze of what is mended. */
  async #lift(): Promise<void> {
    for (const module of this.#frozen) {
      if (this.#content.get(module)?.broken) continue;
      const words = ['unfreeze', '--module', module, '--reason', 'mended'];
      const { exitCode, stderr } = await runCommand(
        this.#lane.platform,
        ...words,
      );
      if (exitCode !== 0) throw new Error(stderr);
      this.#frozen.delete(module);
    }
  }

  /** What the lane says that it did has to be so. */
  #look(run: JobRun): void {
    const code = run.codes['lane'] ?? 'none';
    if (run.status !== 'success' && !EXPECTED.includes(code)) {
      throw new Error(`the lane ended with ${code}\n${run.log}`);
    }
    const ids = (output: string): HistoryModule[] =>
      JSON.parse(run.outputs('lane')[output] || '[]');
    for (const module of [...ids('applied'), ...ids('noop')]) {
      this.#live.set(module, this.#tip());
      this.#expectLive(module, run);
      this.#meddled.delete(module);
    }
    for (const module of ids('rolled-back')) {
      this.#frozen.add(module);
      if (!this.#meddled.has(module)) this.#expectLive(module, run);
    }
  }

  #expectLive(module: HistoryModule, run: JobRun): void {
    const commit = this.#live.get(module) ?? '';
    const found = differencesFromCommit(this.#at(module, commit));
    if (found.length === 0) return;
    throw new Error(
      `${module} is not as in ${commit}:\n${found.join('\n')}\n${run.log}`,
    );
  }

  async #meddle(deed: Deed): Promise<void> {
    const { module } = deed;
    // A tag is that of all of them.
    for (const each of deed.kind === 'move-tag' ? HISTORY_MODULES : [module]) {
      this.#meddled.add(each);
    }
    await meddle(deed, this.#containers(module), {
      release: join(
        ...[this.#lane.platform.host, module, 'current/modules', module],
      ),
      build: (tag) => this.#build(tag),
    });
  }

  #containers(module: HistoryModule) {
    return containersOf(this.#project(module)).filter(({ service }) =>
      service.startsWith(`${module}-`),
    );
  }

  /** Containers of services that HEAD does not have. */
  #gone() {
    return HISTORY_MODULES.flatMap((module) => {
      const wanted = servicesAt(this.#at(module, this.#tip()));
      return this.#containers(module).filter(
        ({ service }) => !wanted.includes(service),
      );
    });
  }

  #strangers(): string[] {
    return this.#gone().map(({ name }) => `${name} is of no service`);
  }

  #build(tag: string) {
    return buildImage(this.#lane.project, `service:${tag}`);
  }

  #project(module: HistoryModule): string {
    const { project } = this.#lane;
    return module === 'alone' ? `${project}x` : project;
  }

  #at(module: HistoryModule, commit: string): CommittedModule {
    return {
      git: this.#lane.platform.git,
      ...{ commit, folder: `modules/${module}` },
      project: this.#project(module),
    };
  }

  #tip(): string {
    return this.#lane.platform.git('rev-parse', 'HEAD');
  }
}
