import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
} from 'node:crypto';

/** Ed25519, as signed notes number the kinds of keys. */
const ALGORITHM = 1;

/** A key that may sign notes of one name. */
export interface NoteSigner {
  readonly name: string;
  readonly key: KeyObject;
}

/** A key whose signature is trusted; without a name under any name. */
export interface NoteVerifier {
  readonly name: string | undefined;
  readonly key: KeyObject;
}

/** A name as it may stand in a signature line. */
export function isKeyName(name: string): boolean {
  return /^[^\s+]{1,255}$/u.test(name);
}

/** The four bytes by which a signature line names its key. */
export function keyIdOf(name: string, publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ALGORITHM]))
    .update(rawPublicKey(publicKey))
    .digest()
    .subarray(0, 4);
}

/**
 * A public key in one of two forms: a line `name+id+base64` as tools for
 * signed notes write it, or PEM. Undefined where it is neither.
 */
export function parseVerifier(text: string): NoteVerifier | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN')) return parsePem(trimmed);
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(trimmed);
  const [, name = '', id, encoded = ''] = match ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ALGORITHM) return undefined;
  const key = importRaw(bytes.subarray(1));
  return keyIdOf(name, key).toString('hex') === id ? { name, key } : undefined;
}

/** The line form of a public key, to be handed to other tools. */
export function renderVerifier({ name, key }: NoteSigner): string {
  const raw = rawPublicKey(publicOf(key));
  const encoded = Buffer.concat([Buffer.from([ALGORITHM]), raw]);
  const id = keyIdOf(name, publicOf(key)).toString('hex');
  return `${name}+${id}+${encoded.toString('base64')}`;
}

/** An Ed25519 private key in PEM; undefined where it is none. */
export function parseSigningKey(text: string): KeyObject | undefined {
  return ed25519(() => createPrivateKey(text.trim()));
}

export function publicOf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

/** A private key is no public one, although Node would take it for that. */
function parsePem(text: string): NoteVerifier | undefined {
  if (text.includes('PRIVATE')) return undefined;
  const key = ed25519(() => createPublicKey(text));
  return key === undefined ? undefined : { name: undefined, key };
}

function ed25519(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

function importRaw(raw: Buffer): KeyObject {
  const x = raw.toString('base64url');
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x },
    format: 'jwk',
  });
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
