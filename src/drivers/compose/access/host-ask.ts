import { hostPathSchema } from '../../../model/identifiers.ts';
import type { ComposeText } from '../facts/model.ts';
import type { HostAccess } from './host-access.ts';

/** Something of the host that a service asks for. */
export interface HostAsk {
  /** Of the service, or of what it uses: `pid`, `volumes`, `secrets`. */
  readonly key: string;
  /** What it asks for, ready to be told. */
  readonly shown: string;
  /** Any of them accepts it; the first is proposed. */
  readonly words: readonly string[];
  /** A path that accepts it, or one above. */
  readonly path?: ComposeText;
  /** What to do where the policy has no word for it. */
  readonly instead?: string;
}

export function isAccepted(ask: HostAsk, access: HostAccess): boolean {
  return (
    ask.words.some((word) => access.accepts(word)) ||
    (ask.path !== undefined && access.acceptsPath(ask.path.value))
  );
}

/** What the policy would have to say; undefined where it cannot. */
export function proposal({ path, words }: HostAsk): string | undefined {
  // A path with a masked part cannot be told, and so not be accepted.
  const isPlain =
    path !== undefined &&
    path.value === path.shown &&
    hostPathSchema.safeParse(path.value).success;
  return isPlain ? path.value : words[0];
}
