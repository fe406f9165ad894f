/** What was sent, as the one who sent it counted. */
export interface SentArtifact {
  readonly id: number;
  readonly size: number;
  /** SHA-256 of the uploaded archive, hex. */
  readonly digest: string;
}

/** What the service says that it keeps under the name. */
export type ToldArtifact =
  | {
      readonly kind: 'kept';
      readonly id: number;
      readonly size: number;
      readonly digest?: string | undefined;
    }
  | { readonly kind: 'unconfirmed'; readonly message: string };

export type Comparison =
  | { readonly kind: 'same'; readonly by: 'digest' | 'size' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'different'; readonly how: string };

/**
 * Compares an upload with what is kept. A service that tells no digest was
 * given ours with the upload and checks it itself; there the size must do.
 */
export function compareUpload(
  sent: SentArtifact,
  told: ToldArtifact,
): Comparison {
  if (told.kind === 'unconfirmed') {
    return { kind: 'unknown', why: told.message };
  }
  if (told.id !== sent.id) {
    return different(`artifact ${told.id} instead of ${sent.id}`);
  }
  if (told.digest === undefined || told.digest === '') {
    return told.size === sent.size
      ? { kind: 'same', by: 'size' }
      : different(`${told.size} bytes instead of ${sent.size}`);
  }
  const digest = told.digest.replace(/^sha256:/, '').toLowerCase();
  return digest === sent.digest
    ? { kind: 'same', by: 'digest' }
    : different(
        `the digest ${JSON.stringify(told.digest)} instead of sha256:${sent.digest}`,
      );
}

function different(how: string): Comparison {
  return { kind: 'different', how };
}
