import { judgeMountedPath } from '../access/judge-mounted-path.ts';
import { quoted } from './file-findings.ts';
import { mountContext, type SourceCheck } from './source-check.ts';
import {
  entriesOf,
  oneOrMany,
  type SourceNode,
  textOf,
} from './source-node.ts';
import type { SourceService } from './source-service.ts';

/** Keys for which a host would run or read something of its own. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  provider: 'runs a program of the host',
  models: 'asks for models that a program of the host runs',
  credential_spec: 'reads credentials of the host',
};

/** Everything about one service that its file alone tells. */
export function checkSourceService(
  service: SourceService,
  check: SourceCheck,
): void {
  checkReadFiles(service, check);
  if (!service.isOwn) return;
  // Of these the model does not show enough: no file may say that it is off.
  checkHooks(service, check);
  if (!service.isActive) return;
  checkBuild(service, check);
  checkAccess(service, check);
  checkBinds(service, check);
}

/**
 * Files that compose itself reads, those of neighbours in the project too: it
 * resolves all of them, or none.
 */
function checkReadFiles(
  { name, node, visit, isActive }: SourceService,
  check: SourceCheck,
): void {
  const entries = entriesOf(node);
  const context = mountContext(check, visit);
  for (const key of ['env_file', 'label_file']) {
    for (const item of oneOrMany(entries.get(key))) {
      const parts = entriesOf(item);
      const text = textOf(item) ?? textOf(parts.get('path'));
      if (text === undefined) continue;
      const isOptional = !isActive || textOf(parts.get('required')) === 'false';
      const problem = judgeMountedPath(text, context, {
        ...{ isRead: true, isFile: true },
        isOptional,
      });
      if (!problem) continue;
      check.findings.tell(
        'plan/unmanaged-bind',
        { file: visit.file, line: item.line },
        `service ${quoted(name)} has the ${key} ${quoted(text)}, which ${problem.why}`,
        problem.remedy,
      );
    }
  }
}

function checkBuild(
  { name, node, visit }: SourceService,
  { findings }: SourceCheck,
): void {
  const entries = entriesOf(node);
  const build = entries.get('build');
  if (build && isGiven(build)) {
    const message = `service ${quoted(name)} has build:`;
    findings.tell(
      'plan/build-unsupported',
      { file: visit.file, line: build.line },
      message,
    );
  }
  const pull = entries.get('pull_policy');
  if (pull && textOf(pull) === 'build') {
    const message = `service ${quoted(name)} has pull_policy: build`;
    findings.tell(
      'plan/build-unsupported',
      { file: visit.file, line: pull.line },
      message,
    );
  }
}

function checkAccess(
  service: SourceService,
  { access, findings }: SourceCheck,
): void {
  const { visit } = service;
  const about = `service ${quoted(service.name)}`;
  const entries = entriesOf(service.node);
  for (const [key, what] of Object.entries(UNSUPPORTED)) {
    const node = entries.get(key);
    if (!node || !isGiven(node)) continue;
    findings.tell(
      'plan/host-access',
      { file: visit.file, line: node.line },
      `${about} has ${key}:, which ${what}`,
      'Take it out; there is no word in the policy for it.',
    );
  }
  const socket = entries.get('use_api_socket');
  if (socket && isSwitchedOn(socket) && !access.accepts('docker-socket')) {
    findings.tell(
      'plan/host-access',
      { file: visit.file, line: socket.line },
      `${about} has use_api_socket:, which is the docker socket`,
      access.remedy('docker-socket'),
    );
  }
}

function checkHooks(
  { name, node, visit }: SourceService,
  { access, findings }: SourceCheck,
): void {
  for (const key of ['post_start', 'pre_stop']) {
    for (const hook of oneOrMany(entriesOf(node).get(key))) {
      const privileged = entriesOf(hook).get('privileged');
      if (!isSwitchedOn(privileged) || access.accepts('privileged')) continue;
      findings.tell(
        'plan/host-access',
        { file: visit.file, line: hook.line },
        `service ${quoted(name)} has a privileged command in ${key}`,
        access.remedy('privileged'),
      );
    }
  }
}

function checkBinds(
  { name, node, visit }: SourceService,
  check: SourceCheck,
): void {
  const context = mountContext(check, visit);
  for (const item of oneOrMany(entriesOf(node).get('volumes'))) {
    const text = bindSource(item);
    if (text === undefined) continue;
    const problem = judgeMountedPath(text, context, {
      isRead: false,
      isFile: false,
    });
    if (!problem) continue;
    check.findings.tell(
      'plan/unmanaged-bind',
      { file: visit.file, line: item.line },
      `service ${quoted(name)} mounts ${quoted(text)}, which ${problem.why}`,
      problem.remedy,
    );
  }
}

/** The path of the host in a volume of either form; undefined where none is. */
export function bindSource(item: SourceNode): string | undefined {
  if (item.kind === 'map') {
    return textOf(item.entries.get('type')) === 'bind'
      ? textOf(item.entries.get('source'))
      : undefined;
  }
  const text = textOf(item) ?? '';
  const source = text.slice(0, Math.max(0, text.indexOf(':')));
  return /^[./~\\]/.test(source) ? source : undefined;
}

/** Anything but false: a variable may be resolved to true. */
function isSwitchedOn(node: SourceNode | undefined): boolean {
  const text = textOf(node);
  return text !== undefined && text !== 'false';
}

function isGiven(node: SourceNode): boolean {
  return node.kind !== 'scalar' || node.text !== '';
}
