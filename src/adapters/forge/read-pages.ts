import type * as z from 'zod';
import {
  type HttpAnswer,
  type HttpClient,
  unavailable,
} from './http-client.ts';
import { checkBody } from './read-answer.ts';

/** Beyond this nobody meant it: 5,000 things on Forgejo, 10,000 on GitHub. */
const MAX_PAGES = 100;

export interface PageRequest<Item> {
  /** Path and query, without the number of the page. */
  readonly path: string;
  readonly pageSize: { readonly name: string; readonly value: number };
  /** One page. */
  readonly schema: z.ZodType<Page<Item>>;
  /** Tells one item from another. */
  readonly key: (item: Item) => string | number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the body itself says how many there are altogether. */
  readonly total?: number | undefined;
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  /** How many the forge says there are; undefined where it says nothing. */
  readonly total: number | undefined;
}

/**
 * Reads a list page by page until the forge has nothing more, and holds it to
 * what the forge says of it: the count, which must not change in between, the
 * last page, and no item twice. A short page is no end: Forgejo takes things
 * out after it has cut the pages. Undefined where there is no such list.
 */
export async function readPages<Item>(
  client: HttpClient,
  request: PageRequest<Item>,
): Promise<Listing<Item> | undefined> {
  const items = new Map<string | number, Item>();
  const seen: Seen = { total: undefined, last: undefined };
  const refuse = (what: string) =>
    unavailable({ method: 'GET', path: request.path }, client.api, what);
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const path = pagePath(request, number);
    const answer = await client.send({ method: 'GET', path });
    if (answer.body === undefined) {
      if (number === 1) return undefined;
      throw refuse(`page ${number} answers ${answer.status}`);
    }
    const asked = { method: 'GET', path } as const;
    const page = checkBody(client, asked, request.schema, answer.body);
    const problem = note(seen, { number, answer, page });
    if (problem !== undefined) throw refuse(problem);
    for (const item of page.items) {
      const key = request.key(item);
      if (items.has(key)) throw refuse(`${key} is on two pages`);
      items.set(key, item);
    }
    if (isLast(seen, { number, size: page.items.length, request, answer })) {
      return { items: [...items.values()], total: seen.total };
    }
  }
  throw refuse(`there are more than ${MAX_PAGES} pages`);
}

type PlainRequest = Pick<PageRequest<unknown>, 'path' | 'pageSize'>;

function pagePath({ path, pageSize }: PlainRequest, number: number) {
  const mark = path.includes('?') ? '&' : '?';
  return `${path}${mark}${pageSize.name}=${pageSize.value}&page=${number}`;
}

interface Seen {
  total: number | undefined;
  /** Number of the last page, as a link said. */
  last: number | undefined;
}

function note(
  seen: Seen,
  {
    number,
    answer,
    page,
  }: {
    readonly number: number;
    readonly answer: HttpAnswer;
    readonly page: Page<unknown>;
  },
): string | undefined {
  const link = answer.header('link');
  const previous = linkedPage(link, 'prev');
  if (previous !== undefined && previous !== number - 1) {
    return `page ${number} comes after page ${previous}`;
  }
  const header = answer.header('x-total-count');
  const total = header === undefined ? page.total : Number(header);
  if (total !== undefined) {
    if (!Number.isSafeInteger(total) || total < 0) {
      return `a count of ${JSON.stringify(header ?? total)}`;
    }
    if (seen.total !== undefined && seen.total !== total) {
      return `first ${seen.total} things, then ${total}: something changed meanwhile`;
    }
    seen.total = total;
  }
  seen.last = linkedPage(link, 'last') ?? seen.last;
  return undefined;
}

function isLast(
  seen: Seen,
  at: {
    readonly number: number;
    readonly size: number;
    readonly request: PlainRequest;
    readonly answer: HttpAnswer;
  },
): boolean {
  const { value } = at.request.pageSize;
  const next = linkedPage(at.answer.header('link'), 'next');
  if (next !== undefined || at.number < (seen.last ?? 0)) return false;
  if (seen.total !== undefined) return at.number * value >= seen.total;
  // A forge that counts nothing is asked until a page is empty.
  return at.size === 0;
}

/** The number of the page that a `Link` header names, if it names one. */
function linkedPage(
  header: string | undefined,
  rel: string,
): number | undefined {
  for (const part of header?.split(',') ?? []) {
    const match = /<([^>]*)>\s*;.*\brel="?([a-z]+)"?/.exec(part);
    const page = /[?&]page=(\d{1,6})\b/.exec(match?.[1] ?? '')?.[1];
    if (match?.[2] === rel && page !== undefined) return Number(page);
  }
  return undefined;
}

/** The items of a listing that has as many as the forge says there are. */
export function requireAll<Item>(
  { api }: HttpClient,
  path: string,
  listing: Listing<Item> | undefined,
): readonly Item[] {
  const { items, total } = listing ?? { items: [], total: 'a list' };
  if (listing && (total === undefined || items.length === total)) return items;
  throw unavailable(
    { method: 'GET', path },
    api,
    `${items.length} things came, and there should be ${total}`,
  );
}
