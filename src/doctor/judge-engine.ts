import {
  type DoctorFinding,
  fault,
  fine,
  unknown,
  type Values,
} from './finding.ts';
import type { HostLook } from './parse-look.ts';

const OLDEST_COMPOSE = [2, 30] as const;

/** The engine of a host and its compose. */
export function judgeEngine(
  host: string,
  { engine }: HostLook,
  values: Values,
): DoctorFinding[] {
  const said = new Map(engine.map(({ word, rest }) => [word, rest]));
  const absent = said.get('absent');
  if (absent !== undefined) {
    return [
      fault('engine/absent', host, `not there: ${absent}`, values),
      fault('compose/absent', host, 'there is no docker', values),
    ];
  }
  return [judgeServer(host, said, values), judgeCompose(host, said, values)];
}

function judgeServer(
  host: string,
  said: ReadonlyMap<string, string>,
  values: Values,
): DoctorFinding {
  const version = said.get('engine');
  if (version) return fine('engine', host, version);
  const why = said.get('no_engine') || 'no answer in time';
  return fault('engine/silent', host, why, values);
}

function judgeCompose(
  host: string,
  said: ReadonlyMap<string, string>,
  values: Values,
): DoctorFinding {
  const version = said.get('compose');
  if (version === undefined) {
    const why = said.get('no_compose') || 'no answer in time';
    return fault('compose/absent', host, why, values);
  }
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    return unknown('compose', host, `its version is ${version}`, values);
  }
  const [oldestMajor, oldestMinor] = OLDEST_COMPOSE;
  const isOld =
    Number(major) < oldestMajor ||
    (Number(major) === oldestMajor && Number(minor) < oldestMinor);
  return isOld
    ? fault('compose/old', host, version, values)
    : fine('compose', host, version);
}
