import { createHash, createHmac } from 'node:crypto';
import type {
  ArtifactOperation,
  ArtifactRequest,
  StoredArtifact,
} from './artifact-service.ts';

export type ArtifactFlavour = 'forgejo' | 'github';

export interface ArtifactAnswer {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: unknown;
}

interface Shop {
  readonly flavour: ArtifactFlavour;
  readonly url: string;
  readonly twirp: string;
  readonly run: string;
  readonly job: string;
  readonly artifacts: Map<string, StoredArtifact>;
  readonly changeTold: (told: Record<string, unknown>) => void;
}

type Answers = Readonly<
  Record<ArtifactOperation, (request: ArtifactRequest) => ArtifactAnswer>
>;

/** Fields that Forgejo knows; its parser refuses a message with another one. */
const FORGEJO_FIELDS = new Set([
  ...['workflow_run_backend_id', 'workflow_job_run_backend_id', 'name'],
  ...['expires_at', 'version', 'size', 'hash', 'name_filter', 'id_filter'],
]);

/**
 * The five operations of an upload. Forgejo writes protobuf's own JSON
 * (lowerCamelCase, 64-bit numbers as strings), tells errors as plain text,
 * checks the sum itself and tells none; GitHub writes the names of the
 * protocol, tells errors as Twirp does, and refuses a name that is taken.
 */
export function artifactAnswers(shop: Shop): Answers {
  const upload = (
    request: ArtifactRequest,
    store: (artifact: StoredArtifact, url: URL) => void,
  ): ArtifactAnswer => {
    const url = new URL(request.url, shop.url);
    const artifact = shop.artifacts.get(
      url.searchParams.get('artifactName') ?? '',
    );
    const sig = url.searchParams.get('sig');
    if (!artifact || sig !== signatureOf(artifact)) {
      return { status: 401, body: 'Error unauthorized' };
    }
    store(artifact, url);
    return { status: 201, body: '' };
  };
  return {
    CreateArtifact: (request) => create(shop, request),
    block: (request) =>
      upload(request, (artifact, url) =>
        artifact.blocks.set(
          url.searchParams.get('blockid') ?? '',
          request.body,
        ),
      ),
    blocklist: (request) =>
      upload(request, (artifact) => {
        artifact.order = [
          ...request.body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g),
        ].map((match) => match[1] ?? '');
      }),
    FinalizeArtifact: (request) => finalize(shop, request),
    ListArtifacts: (request) => list(shop, request),
  };
}

function read(shop: Shop, { body }: ArtifactRequest) {
  const message = JSON.parse(body.toString()) as Record<string, unknown>;
  const unknown = Object.keys(message).some((key) => !FORGEJO_FIELDS.has(key));
  const own =
    message['workflow_run_backend_id'] === shop.run &&
    message['workflow_job_run_backend_id'] === shop.job;
  const text = (key: string) => {
    const value = message[key];
    return typeof value === 'string' ? value : '';
  };
  return { text, fits: own && !(unknown && shop.flavour === 'forgejo') };
}

function create(shop: Shop, request: ArtifactRequest): ArtifactAnswer {
  const { text, fits } = read(shop, request);
  if (!fits) return problem(shop, 500, 'Error decode request body');
  const name = text('name');
  const there = shop.artifacts.get(name);
  if (there && shop.flavour === 'github') {
    return problem(shop, 409, 'an artifact with this name already exists');
  }
  const artifact: StoredArtifact = {
    id: there?.id ?? shop.artifacts.size + 4,
    name,
    blocks: new Map(),
    order: [],
    zip: there?.zip,
    expires: text('expires_at') || undefined,
  };
  shop.artifacts.set(name, artifact);
  const url = new URL(`${shop.url}${shop.twirp}UploadArtifact`);
  url.searchParams.set('sig', signatureOf(artifact));
  url.searchParams.set('expires', '2099-01-23 21:48:37.2 +0100 CET');
  url.searchParams.set('artifactName', name);
  return answer(shop, { ok: true, signed_upload_url: url.href });
}

function finalize(shop: Shop, request: ArtifactRequest): ArtifactAnswer {
  const { text, fits } = read(shop, request);
  const artifact = shop.artifacts.get(text('name'));
  if (!fits || !artifact) return problem(shop, 404, 'Error artifact not found');
  const zip = Buffer.concat(
    artifact.order.map((id) => artifact.blocks.get(id) ?? Buffer.alloc(0)),
  );
  if (
    text('hash') !== `sha256:${sumOf(zip)}` ||
    text('size') !== `${zip.length}`
  ) {
    return problem(shop, 500, 'Error merge chunks');
  }
  artifact.zip = zip;
  return answer(shop, { ok: true, artifact_id: String(artifact.id) });
}

function list(shop: Shop, request: ArtifactRequest): ArtifactAnswer {
  const { text, fits } = read(shop, request);
  if (!fits) return problem(shop, 500, 'Error decode request body');
  const artifacts = [...shop.artifacts.values()]
    .filter((each) => each.zip && each.name === text('name_filter'))
    .map((each) => {
      const told: Record<string, unknown> = {
        workflow_run_backend_id: shop.run,
        workflow_job_run_backend_id: shop.job,
        database_id: String(each.id),
        name: each.name,
        size: String(each.zip?.length ?? 0),
        created_at: '2026-01-23T00:13:28Z',
        ...(shop.flavour === 'github' && each.zip
          ? { digest: `sha256:${sumOf(each.zip)}` }
          : {}),
      };
      shop.changeTold(told);
      return shop.flavour === 'forgejo' ? camelCase(told) : told;
    });
  return answer(shop, { artifacts });
}

function answer(shop: Shop, body: Record<string, unknown>): ArtifactAnswer {
  return {
    status: 200,
    body: shop.flavour === 'forgejo' ? camelCase(body) : body,
  };
}

function problem(shop: Shop, status: number, message: string): ArtifactAnswer {
  return shop.flavour === 'forgejo'
    ? { status, body: message }
    : { status, body: { code: 'internal', msg: message } };
}

function camelCase(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function sumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function signatureOf({ name, id }: StoredArtifact): string {
  return createHmac('sha256', 'signing key')
    .update(`${name}${id}`)
    .digest('base64url');
}
