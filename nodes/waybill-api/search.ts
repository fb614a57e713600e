import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { type ListCall, readPage } from './pages.ts';

/** Pages read in vain before the rest is left to the next call: whoever types must not wait for a long list's end. */
const MAX_PAGES = 5;

/** What a list offers to pick from: how an entry is shown, or null for one that is not offered. */
export type ShowEntry = (entry: IDataObject) => INodeListSearchItems | null;

/**
 * A `listSearch` method over one of Waybill's lists. Waybill's lists have no search of their own, so what was typed is looked for in
 * names and ids of the pages read; n8n asks on with the token.
 */
export function searchIn(list: ListCall, show: ShowEntry) {
  return async function search(
    this: ILoadOptionsFunctions,
    filter = '',
    paginationToken?: string,
  ): Promise<INodeListSearchResult> {
    const wanted = filter.trim().toLowerCase();
    const results: INodeListSearchItems[] = [];
    let cursor = paginationToken ?? null;
    for (let page = 0; page < MAX_PAGES && results.length === 0; page += 1) {
      const { data, nextCursor } = await readPage(this, list, cursor === null ? {} : { cursor });
      const shown = data.map(show).filter((item) => item !== null);
      results.push(...shown.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted)));
      cursor = nextCursor;
      if (cursor === null) break;
    }
    return cursor === null ? { results } : { results, paginationToken: cursor };
  };
}
