import type { Span } from './span.ts';

/** Tokens whose form alone gives them away. */
const TOKEN_FORMS = [
  // Forges. Those of Forgejo are plain hex; only their place gives them away.
  /gh[pousr]_[A-Za-z0-9]{20,255}/,
  /github_pat_[A-Za-z0-9_]{20,255}/,
  /gl(?:pat|ptt|rt|dt|cbt|oas|ft|imt|agent|soat|ffct|wt)-[A-Za-z0-9_.-]{20,300}/,
  // Clouds.
  /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}/,
  /AIza[A-Za-z0-9_-]{35}/,
  /ya29\.[A-Za-z0-9_-]{20,1000}/,
  /GOCSPX-[A-Za-z0-9_-]{20,64}/,
  /do[opr]_v1_[a-f0-9]{64}/,
  /dp\.(?:pt|st|ct)\.[A-Za-z0-9]{40,44}/,
  /hv[sbr]\.[A-Za-z0-9_-]{20,300}/,
  /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/,
  /tskey-[a-z]{2,12}-[A-Za-z0-9-]{10,100}/,
  // Package registries.
  /npm_[A-Za-z0-9]{36}/,
  /pypi-[A-Za-z0-9_-]{50,300}/,
  /dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,64}/,
  /rubygems_[a-f0-9]{48}/,
  // Services.
  /xox[abeoprs]-[A-Za-z0-9-]{10,300}/,
  /xapp-[A-Za-z0-9-]{10,300}/,
  /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}/,
  /whsec_[A-Za-z0-9+/=]{24,100}/,
  /sk-(?:ant|proj|svcacct|or)-[A-Za-z0-9_-]{20,300}/,
  /sk-[A-Za-z0-9]{32,64}/,
  /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/,
  /[0-9]{8,10}:AA[A-Za-z0-9_-]{33}/,
  /AGE-SECRET-KEY-1[A-Z0-9]{58}/,
  /ops_eyJ[A-Za-z0-9_-]{100,2000}/,
  // JSON web tokens.
  /eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/,
];

const SECRET_WORDS = [
  /passw(?:or)?d|passphrase|(?<=[_-])pwd|secret|token|credentials?/,
  /(?:api|access|account|private|secret|encryption|signing|auth)[_-]?key/,
];

/** A name that says its value is secret: `POSTGRES_PASSWORD`, `apiKey`. */
const SECRET_NAME = `(?:${sourceOf(SECRET_WORDS)})(?:[_-]?(?:key|base|hash|value|[0-9]{1,3}))?`;

/**
 * A value in quotes, which may be escaped themselves, or up to a blank. A word of
 * YAML and JSON that stands alone is a switch, as of `persist-credentials: false`.
 */
const VALUE = String.raw`(?!(?:true|false|null)[,;)}\]]*(?:[\s"]|$))(?:(?<quote>\\{0,7}["'\`])(?:[^\r\n]*?[^\\\r\n])??\k<quote>|\\{0,7}["'\`][^\r\n]+|[^\s"'\`]{4,})`;

/**
 * Patterns. The group `secret`, where there is one, is what is cut out; it is
 * always the end of the match.
 */
const PATTERNS: readonly RegExp[] = [
  new RegExp(
    `(?<![A-Za-z0-9_])(?:${sourceOf(TOKEN_FORMS)})(?![A-Za-z0-9])`,
    'g',
  ),
  // Without its last line everything is the key.
  /-----BEGIN[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----|[\s\S]*)/g,
  // Where a text begins in the middle of a key.
  /^[A-Za-z0-9+/=\s]*-----END[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----/g,
  /PuTTY-User-Key-File-[\s\S]*/g,
  /(?:authorization|x-(?:auth|api|access)-(?:token|key)|private-token|(?:set-)?cookie)\\{0,7}["']?\s*[:=]\s*\\{0,7}["']?(?<secret>[^\r\n"']{3,4000})/gi,
  /\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s+(?<secret>(?=[a-z+/._~-]*[A-Z0-9=])[A-Za-z0-9+/=._~-]{12,4000})/g,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/(?<secret>[^\s/"'`<>]{0,256}:[^\s/"'`<>]{1,512})(?=@)/gi,
  /\bhttps?:\/\/(?<secret>[^\s/"'`<>:@]{1,512})(?=@)/gi,
  /[?&;](?:sig|signature|x-amz-signature|x-amz-security-token|key)=(?<secret>[^\s&"'`]{8,2000})/gi,
  /hooks\.slack\.com\/(?:services|workflows)\/(?<secret>[A-Za-z0-9/_-]{20,200})/gi,
  /discord(?:app)?\.com\/api\/webhooks\/(?<secret>[0-9]{5,30}\/[A-Za-z0-9_-]{20,200})/gi,
  new RegExp(
    String.raw`${SECRET_NAME}\\{0,7}["']?\s{0,8}(?:=>|:=|[:=])[ \t]{0,8}(?<secret>${VALUE})`,
    'gi',
  ),
  new RegExp(
    String.raw`(?<=\s|^)--?[a-z-]{0,40}(?:${SECRET_NAME})[ \t]{1,8}(?<secret>${VALUE})`,
    'gi',
  ),
];

/**
 * Where a text holds what has the form of a credential. Nothing in the text
 * can switch a pattern off.
 */
export function findCredentials(text: string): Span[] {
  return PATTERNS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => {
      const end = match.index + match[0].length;
      const secret = match.groups?.['secret'] ?? match[0];
      return { start: end - secret.length, end };
    }),
  );
}

const WHOLE_SECRET_NAME = new RegExp(`${SECRET_NAME}$`, 'i');

function sourceOf(alternatives: readonly RegExp[]): string {
  return alternatives.map(({ source }) => source).join('|');
}

/** True for a key whose value is secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  return WHOLE_SECRET_NAME.test(name);
}
