import type { IDataObject } from 'n8n-workflow';
import { type Call, type Caller, callWaybill } from './call.ts';

/** The longest page that Waybill gives. */
const PAGE_LIMIT = 100;

/** One page of a list; `nextCursor` is null on the last. */
export interface Page {
  data: IDataObject[];
  nextCursor: string | null;
}

/** A list to read. */
export type ListCall = Pick<Call, 'path' | 'query' | 'itemIndex'>;

/** Reads one page, at most 100 entries. The systems' own lists write `next_cursor`; lists without pages are one. */
export async function readPage(
  caller: Caller,
  { path, query, itemIndex }: ListCall,
  page: { limit?: number; cursor?: string },
): Promise<Page> {
  const limit = Math.min(page.limit ?? PAGE_LIMIT, PAGE_LIMIT);
  const answer = await callWaybill(caller, {
    method: 'GET',
    path,
    query: { ...query, limit, cursor: page.cursor },
    ...(itemIndex !== undefined && { itemIndex }),
  });
  const cursor = answer.nextCursor ?? answer.next_cursor;
  return { data: answer.data as IDataObject[], nextCursor: typeof cursor === 'string' ? cursor : null };
}

/** Reads a list page by page until it has `limit` entries or ends; `limit` null: to its end. */
export async function readList(caller: Caller, list: ListCall, limit: number | null): Promise<IDataObject[]> {
  const entries: IDataObject[] = [];
  let cursor: string | null = null;
  do {
    const missing = limit === null ? PAGE_LIMIT : limit - entries.length;
    const page: Page = await readPage(caller, list, { limit: missing, ...(cursor !== null && { cursor }) });
    entries.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && (limit === null || entries.length < limit));
  // A list without pages comes whole.
  return limit === null ? entries : entries.slice(0, limit);
}
