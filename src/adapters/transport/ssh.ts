import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostReply, HostSession } from '../../host/host-session.ts';
import { GREETING } from '../../host/installed-program.ts';
import { ActionError } from '../../model/errors.ts';
import type { CommandResult, Exec } from '../exec.ts';
import { controlFolder, makeControlFolder } from './control-folder.ts';
import {
  commandFor,
  findVersionMismatch,
  isGreetingFile,
  recallGreeting,
  rememberGreeting,
} from './host-greeting.ts';
import { CARRIER_PATH, carry, describeCarrier, lost } from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';
import {
  findKeyTrouble,
  KEY_TROUBLES,
  readSessionKey,
  type SessionKey,
  writeKey,
} from './session-key.ts';
import { DESTINATION, renderSshConfig } from './ssh-config.ts';

/** Connecting is bounded by ConnectTimeout; this is the stop behind it. */
const CONNECT_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 10_000;
/** What OpenSSH exits with for its own failures. */
const SSH_FAILED = 255;

const SSH_ENVIRONMENT = { PATH: CARRIER_PATH };

/** A host reached by OpenSSH, over a connection shared by the whole job. */
export function openSshHost(request: OpenHostRequest): HostSession {
  let files: Promise<SessionFiles> | undefined;
  let version: string | undefined;
  return {
    name: request.name,
    policy: request.policy,
    commandPath: CARRIER_PATH,
    redact: request.redact,
    isRestricted: () => (version === undefined ? undefined : version !== ''),
    async perform(operation) {
      if (!request.key && request.policy.identity_file === undefined) {
        const reason = `${request.name}: no key was given (ssh-key, ssh-key-file or identity_file)`;
        return lost('no', 'plan/host-unreachable', reason);
      }
      try {
        files ??= makeSessionFiles(request);
        const opened = await files;
        const connection = await connect(request, opened);
        if ('refusal' in connection) return connection.refusal;
        version = connection.version;
        const mismatch = findVersionMismatch(request, version);
        if (mismatch) return mismatch;
        const command = commandFor(version, operation.program);
        const carrier = carrierOf(request, opened, command);
        return await carry(request.exec, carrier, operation);
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        return lost('no', error.code, error.message, error.remedy);
      }
    },
    async close() {
      const opened = await files?.catch(() => undefined);
      files = undefined;
      if (opened) await rm(opened.folder, { recursive: true, force: true });
    },
  };
}

/** Ends every connection that the steps of one job left open. */
export async function closeSshHosts(folder: string, exec: Exec) {
  const control = controlFolder(folder);
  const names = await readdir(control).catch(() => []);
  for (const name of names) {
    if (isGreetingFile(name)) continue;
    const path = `ControlPath=${join(control, name)}`;
    await exec.run({
      file: 'ssh',
      args: ['-F', '/dev/null', '-o', path, '-O', 'exit', '--', DESTINATION],
      env: SSH_ENVIRONMENT,
      timeoutMs: CLOSE_TIMEOUT_MS,
    });
  }
  await rm(control, { recursive: true, force: true });
}

interface SessionFiles {
  readonly folder: string;
  readonly config: string;
  readonly control: string;
  /** Where the key lies while a connection is made. */
  readonly key: SessionKey;
  readonly log: string;
}

async function makeSessionFiles(
  request: OpenHostRequest,
): Promise<SessionFiles> {
  const control = controlFolder(request.folder);
  const given = await readSessionKey(request);
  const folder = await mkdtemp(join(request.folder, 'ssh-'));
  const key =
    typeof given === 'string'
      ? { path: given }
      : { path: join(folder, 'key'), ...given };
  const knownHosts = join(folder, 'known_hosts');
  // Steps share a connection only if all that made it trusted is the same.
  const identity = JSON.stringify([
    request.policy,
    request.knownHosts,
    request.key ?? null,
  ]);
  const socket = createHash('sha256').update(identity).digest('hex');
  const path = join(control, socket.slice(0, 16));
  const config = join(folder, 'config');
  await writeFile(knownHosts, request.knownHosts, { mode: 0o600 });
  await writeFile(
    config,
    renderSshConfig({
      policy: request.policy,
      knownHosts,
      identityFile: key.path,
      controlPath: path,
    }),
    { mode: 0o600 },
  );
  return { folder, config, control: path, key, log: join(folder, 'log') };
}

/** The version of the program on the host, `''` where there is none. */
type Connection =
  | { readonly version: string }
  | { readonly refusal: HostReply };

/**
 * Makes sure that the shared connection is there. The first word on it asks
 * who answers; what an earlier step of the job was told counts as well.
 */
async function connect(
  request: OpenHostRequest,
  files: SessionFiles,
): Promise<Connection> {
  const ssh = (...args: readonly string[]) =>
    request.exec.run({
      file: 'ssh',
      args: ['-F', files.config, '-E', files.log, '-n', ...args],
      env: SSH_ENVIRONMENT,
      timeoutMs: CONNECT_TIMEOUT_MS,
    });
  // First of all: a socket in somebody else's folder is not spoken to.
  makeControlFolder(request.folder);
  const check = await ssh('-O', 'check', '--', DESTINATION);
  const known = await recallGreeting(files.control);
  if (check.exitCode === 0 && known !== undefined) return { version: known };
  await rm(files.log, { force: true });
  try {
    await writeKey(files.key);
    const result = await ssh(
      '-o',
      'ControlMaster=auto',
      '--',
      DESTINATION,
      GREETING,
    );
    if (!result.failure && result.exitCode !== SSH_FAILED) {
      return { version: await rememberGreeting(files.control, result.stdout) };
    }
    const stderr = await readFile(files.log, 'utf8').catch(() => '');
    const { code, reason } = explain(request, { ...result, stderr });
    const trouble = await findKeyTrouble(request.exec, files.key.path);
    const why = trouble === undefined ? '' : `; ${KEY_TROUBLES[trouble]}`;
    return { refusal: lost('no', code, `${reason}${why}`) };
  } finally {
    // Once connected it is not needed, so it lies on disk for a moment only.
    if (files.key.content !== undefined)
      await rm(files.key.path, { force: true });
  }
}

function carrierOf(
  request: OpenHostRequest,
  files: SessionFiles,
  command: string,
) {
  return {
    host: request,
    file: 'ssh',
    args: ['-F', files.config, '-T', '--', DESTINATION, command],
    env: SSH_ENVIRONMENT,
    explain: (result: CommandResult) => explain(request, result),
  };
}

function explain(request: OpenHostRequest, result: CommandResult) {
  const { name, policy, redact } = request;
  const place = `ssh to ${name} (${policy.user}@${policy.address}:${policy.port})`;
  const reason = describeCarrier(place, result, redact);
  if (isHostKeyTrouble(result.stderr)) {
    return { code: 'plan/host-key' as const, reason };
  }
  const answered = !result.failure && result.exitCode !== SSH_FAILED;
  return {
    code: answered
      ? ('host/nonsense' as const)
      : ('plan/host-unreachable' as const),
    reason,
  };
}

function isHostKeyTrouble(stderr: string): boolean {
  return /host key verification failed|host identification has changed|revoked host key|host key is known for|host key .{0,200}revoked|no matching host key type/i.test(
    stderr,
  );
}
