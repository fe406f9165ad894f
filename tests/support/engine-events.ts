import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { docker, enginePath } from './engine.ts';

/** Something that the engine did, as `docker events` tells it. */
export interface EngineEvent {
  /** `container`, `image`, `network`, `volume`. */
  readonly type: string;
  /** `create`, `start`, `die`, `pull`, … without what comes after a colon. */
  readonly action: string;
  /** The name of a container, network or image; else the id. */
  readonly name: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface EventWatch {
  /** All events since the watch began, up to this moment. */
  stop(): Promise<EngineEvent[]>;
}

const MARKER = 'apply-gates-marker-';

/** A check of health makes events by itself, whatever else happens. */
const PROBES = new Set([
  'exec_create',
  'exec_start',
  'exec_die',
  'health_status',
]);

/**
 * Watches the engine from now on. With a project: what names it anywhere,
 * which is its containers, networks, volumes and images.
 */
export async function watchEvents(project = ''): Promise<EventWatch> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-events-'));
  const path = join(folder, 'events');
  // A file, since the engine drops events that a full pipe holds up.
  const file = openSync(path, 'w');
  const child = spawn(enginePath(), ['events', '--format', '{{json .}}'], {
    stdio: ['ignore', file, 'ignore'],
  });
  closeSync(file);
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const readLines = () => {
    if (child.exitCode !== null) throw new Error('docker events has ended');
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  };
  try {
    const first = await reachMarker(readLines);
    const stop = async () => {
      const last = await reachMarker(readLines);
      return readLines()
        .slice(first, last)
        .filter((line) => line.includes(project) && !line.includes(MARKER))
        .map(parseEvent);
    };
    return { stop: () => stop().finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Events without those that checks of health make by themselves. */
export function withoutProbes(events: readonly EngineEvent[]): EngineEvent[] {
  return events.filter(({ action }) => !PROBES.has(action));
}

/**
 * Lets the engine do something that means nothing and waits until it is told:
 * then all that happened before was told as well. Answers how many lines.
 */
async function reachMarker(readLines: () => string[]): Promise<number> {
  const name = `${MARKER}${randomUUID()}`;
  for (let attempt = 0; ; attempt += 1) {
    // Again and again: at first nobody may be listening yet.
    if (attempt % 10 === 0) {
      docker('volume', 'create', name);
      docker('volume', 'rm', name);
    }
    const found = readLines().findIndex((line) => line.includes(name));
    if (found >= 0) return found + 1;
    await delay(20);
  }
}

function parseEvent(line: string): EngineEvent {
  const told: {
    readonly Type: string;
    readonly Action: string;
    readonly Actor: {
      readonly ID: string;
      readonly Attributes: Readonly<Record<string, string>> | null;
    };
  } = JSON.parse(line);
  const attributes = told.Actor.Attributes ?? {};
  return {
    type: told.Type,
    action: told.Action.replace(/:.*/s, ''),
    name: attributes['name'] ?? told.Actor.ID,
    id: told.Actor.ID,
    attributes,
  };
}
