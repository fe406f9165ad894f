import type { RunContext } from '../run-context.ts';

/** Where the runner lets this job keep artifacts, and its key to it. */
export interface ArtifactService {
  /** Origin of the service; the token goes nowhere else. */
  readonly origin: string;
  readonly token: string;
  /** All that the client of the service sees of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export type ServiceOffer =
  | { readonly kind: 'offered'; readonly service: ArtifactService }
  | { readonly kind: 'absent'; readonly why: string };

type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT = 'ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS';
const DEFAULT_TIMEOUT_MS = 5 * 60_000;

const PASSED_ON = [
  'GITHUB_RETENTION_DAYS',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
];

/** What the runner offers; some offer nothing, or only the dead version 3. */
export function readArtifactService(
  flavour: RunContext['flavour'],
  env: Environment = process.env,
): ServiceOffer {
  const token = env['ACTIONS_RUNTIME_TOKEN'];
  const address = env['ACTIONS_RESULTS_URL'];
  if (!token) return absent('ACTIONS_RUNTIME_TOKEN is not set');
  if (!address) return absent('ACTIONS_RESULTS_URL is not set');
  const url = parseHttp(address);
  if (!url) return absent('ACTIONS_RESULTS_URL is no http address');
  const ownForge = flavour === 'forgejo' || flavour === 'gitea';
  // The client takes the origin alone, and asks where nobody answers.
  if (ownForge && url.pathname !== '/') {
    return absent(
      'the forge lives below a path, where the client of the artifact service does not find it',
    );
  }
  // The client refuses every server that is not GitHub's own, by its name.
  const server = ownForge ? 'https://github.com' : env['GITHUB_SERVER_URL'];
  const kept = PASSED_ON.flatMap((name) => {
    const value = env[name];
    return value ? [[name, value] as const] : [];
  });
  return {
    kind: 'offered',
    service: {
      origin: url.origin,
      token,
      env: {
        ...Object.fromEntries(kept),
        ...(server ? { GITHUB_SERVER_URL: server } : {}),
        ACTIONS_RESULTS_URL: address,
        ACTIONS_RUNTIME_TOKEN: token,
      },
      timeoutMs: parseTimeout(env[TIMEOUT]),
    },
  };
}

function absent(why: string): ServiceOffer {
  return { kind: 'absent', why };
}

function parseHttp(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return /^https?:$/.test(url.protocol) ? url : undefined;
}

function parseTimeout(text: string | undefined): number {
  return /^[1-9]\d{0,6}$/.test(text ?? '') ? Number(text) : DEFAULT_TIMEOUT_MS;
}
