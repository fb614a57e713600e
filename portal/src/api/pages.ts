/** A page of a list, as every list of the API is answered. */
export interface ListPage<Item> {
  data: Item[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/** Lists that are picked from are read whole, up to this many pages; beyond it nobody picks by looking. */
const MAX_PAGES = 20;

/** All items of a list, page after page. `read` is given null for the first. */
export async function allPages<Item>(read: (cursor: string | null) => Promise<ListPage<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ListPage<Item> = await read(cursor);
    items.push(...answer.data);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return items;
}
