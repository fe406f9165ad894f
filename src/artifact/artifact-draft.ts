import { isContainedPath } from '../model/identifiers.ts';
import { printable } from '../model/printable.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { holdsPrivateKey, isKeyPath } from './key-file.ts';
import { redactDocument } from './redact-document.ts';

export const MAX_ARTIFACT_FILES = 2_000;
export const MAX_ARTIFACT_FILE_BYTES = 8 * 1024 * 1024;
export const MAX_ARTIFACT_BYTES = 32 * 1024 * 1024;
const MAX_NAMED_PATHS = 5;

/** One file of an artifact, without secrets. */
export interface ArtifactFile {
  readonly text: string;
  readonly redacted: boolean;
}

/** What an artifact will hold, by path, and what it will not, and why. */
export interface ArtifactDraft {
  readonly files: ReadonlyMap<string, ArtifactFile>;
  /** Adds a document of our own. */
  add(path: string, content: Uint8Array | string): void;
  /** Adds a file that somebody named; keys and what is no text stay out. */
  addNamed(path: string, content: Uint8Array): void;
  leaveOut(path: string, why: string): void;
  /** Paths left out, by the reason. */
  leftOut(): ReadonlyMap<string, readonly string[]>;
}

export function openArtifactDraft(redactor: Redactor): ArtifactDraft {
  const files = new Map<string, ArtifactFile>();
  const left = new Map<string, string[]>();
  let bytes = 0;
  const leaveOut: ArtifactDraft['leaveOut'] = (path, why) => {
    const paths = left.get(why) ?? [];
    paths.push(printable(redactor.redact(path)));
    left.set(why, paths);
  };
  const add: ArtifactDraft['add'] = (path, content) => {
    const text = decode(content);
    const problem =
      text === undefined
        ? NO_TEXT
        : (describePath(path, redactor) ?? describeSize(text, bytes, files));
    if (text === undefined || problem !== undefined) {
      leaveOut(path, problem ?? NO_TEXT);
      return;
    }
    const clean = redactDocument(text, redactor);
    bytes += Buffer.byteLength(clean);
    files.set(path, { text: clean, redacted: clean !== text });
  };
  return {
    files,
    add,
    addNamed: (path, content) => {
      const text = decode(content) ?? '';
      if (isKeyPath(path)) leaveOut(path, 'the name is one of keys');
      else if (holdsPrivateKey(text)) leaveOut(path, 'it holds a private key');
      else add(path, content);
    },
    leaveOut,
    leftOut: () => left,
  };
}

const NO_TEXT = 'it is not text in UTF-8, where secrets could be found';

function decode(content: Uint8Array | string): string | undefined {
  if (typeof content === 'string') return content;
  try {
    const text = new TextDecoder('utf-8', {
      fatal: true,
      ignoreBOM: true,
    }).decode(content);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Artifacts hold no such names on any forge. */
const FORBIDDEN_CHARACTERS = /["<>|:*?]/;

function describePath(path: string, redactor: Redactor): string | undefined {
  if (!isContainedPath(path) || FORBIDDEN_CHARACTERS.test(path)) {
    return 'an artifact cannot hold such a name';
  }
  return redactor.redact(path) === path
    ? undefined
    : 'its name holds what looks like a secret';
}

function describeSize(
  text: string,
  before: number,
  files: ReadonlyMap<string, unknown>,
): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (files.size >= MAX_ARTIFACT_FILES) {
    return `an artifact holds at most ${MAX_ARTIFACT_FILES} files`;
  }
  if (bytes > MAX_ARTIFACT_FILE_BYTES) {
    return `it is larger than ${MAX_ARTIFACT_FILE_BYTES} bytes`;
  }
  return before + bytes > MAX_ARTIFACT_BYTES
    ? `an artifact holds at most ${MAX_ARTIFACT_BYTES} bytes`
    : undefined;
}

/** One finding for each reason, with the first paths. */
export function describeLeftOut(draft: ArtifactDraft): readonly Finding[] {
  return [...draft.leftOut()].map(([why, paths]) => {
    const named = paths.slice(0, MAX_NAMED_PATHS).join(', ');
    const more = paths.length - MAX_NAMED_PATHS;
    const rest = more > 0 ? ` and ${more} more` : '';
    return finding('artifact/left-out', `${named}${rest}: ${why}`);
  });
}
