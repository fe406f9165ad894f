import { maskableLines } from './mask-lines.ts';

/** Widths at which base64, pem and xxd break their lines. */
const BASE64_LINE_WIDTHS = [64, 76];
const HEX_LINE_WIDTH = 60;

/** A text that gives a secret away, and how it may look around it. */
export interface SecretForm {
  readonly text: string;
  /** In base64 the characters beside it hold bits of the secret too. */
  readonly alphabet: 'plain' | 'base64';
}

/**
 * Every form in which a secret is looked for: itself and each of its lines;
 * escaped for JSON, URLs and shells; in base64 wherever in a longer text it
 * stood; in hex.
 */
export function secretForms(secret: string): SecretForm[] {
  const lines = maskableLines(secret);
  const whole = secret.trim();
  const values = lines.includes(whole) ? lines : [whole, secret, ...lines];
  if (lines.length === 0) return [];
  const plain = values.flatMap((value) => [value, ...escapedForms(value)]);
  return [
    ...[...new Set(plain)].map((text) => plainForm(text)),
    ...values.flatMap(encodedForms),
  ];
}

function plainForm(text: string): SecretForm {
  return { text, alphabet: 'plain' };
}

function escapedForms(value: string): string[] {
  // A lone surrogate would make encodeURIComponent throw.
  const wellFormed = Buffer.from(value).toString();
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(wellFormed);
  const strictUrl = url.replace(/[!'()*]/g, percentEncode);
  return [
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&]/g, unicodeEscape),
    json.replace(/[^\x20-\x7e]/g, unicodeEscape),
    url,
    strictUrl,
    encodeURI(wellFormed),
    ...[url, strictUrl].flatMap((form) => [
      form.replaceAll('%20', '+'),
      form.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    ]),
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&'),
    value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n'),
  ];
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function encodedForms(value: string): SecretForm[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const hexForms = [hex, ...slices(hex, HEX_LINE_WIDTH)];
  const base64Forms = [
    ...[0, 1, 2].map((shift) => base64Core(bytes, shift)),
    ...BASE64_LINE_WIDTHS.flatMap((width) =>
      slices(base64Core(bytes, 0), width),
    ),
  ];
  return [
    ...hexForms.flatMap((form) => [form, form.toUpperCase()]).map(plainForm),
    ...[...new Set(base64Forms)]
      .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
      .map((text): SecretForm => ({ text, alphabet: 'base64' })),
  ];
}

/** The lines of a form that a program breaks at a width, where it does. */
function slices(form: string, width: number): string[] {
  if (form.length <= width) return [];
  const count = Math.ceil(form.length / width);
  return Array.from({ length: count }, (_, index) =>
    form.slice(index * width, (index + 1) * width),
  ).filter((slice) => slice.length >= 8);
}

/**
 * The characters that the base64 of any text has where `bytes` stand in it,
 * `shift` bytes after a multiple of three. A character at either end that also
 * depends on a neighbour is left out.
 */
function base64Core(bytes: Buffer, shift: number): string {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  return padded
    .toString('base64')
    .slice(Math.ceil((shift * 8) / 6), Math.floor((padded.length * 8) / 6));
}
