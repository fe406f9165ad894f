import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, type EngineContainer } from './engine.ts';
import type { Deed, MeddlingKind } from './history.ts';

/** What is on the host of a module. */
export interface MeddlingPlace {
  /** Folder of the module in its live release. */
  readonly release: string;
  /** Makes another image of a tag. */
  build(tag: string): Promise<unknown>;
}

/** Does to a module, or to one of its containers, what no lane does. */
export async function meddle(
  { kind, pick }: Deed,
  containers: readonly EngineContainer[],
  { release, build }: MeddlingPlace,
): Promise<void> {
  const one = containers[pick % containers.length];
  if (!one) return;
  const { id, name, state } = one;
  const act: Record<MeddlingKind, () => unknown> = {
    stop: () => docker('stop', '-t', '1', id),
    kill: () => docker('kill', id),
    pause: () => docker('pause', id),
    remove: () => docker('rm', '-f', id),
    rename: () => docker('rename', id, `${name}-renamed-${pick}`),
    'move-tag': () => build(pick % 2 === 0 ? '1' : '2'),
    'edit-release': () => appendFileSync(join(release, 'app.conf'), `${pick}`),
  };
  // What is stopped already cannot be paused or killed.
  const needsRunning = ['stop', 'kill', 'pause'].includes(kind);
  if (state === 'running' || !needsRunning) await act[kind as MeddlingKind]();
}
