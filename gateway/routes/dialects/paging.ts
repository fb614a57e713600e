import { z } from 'zod';
import { pageQuery } from '../../paging.ts';

/** Query of a system's lists. No document shows paging, so a page is as long as it may be: few clients will need a second. */
export const listQuery = z.object({
  ...pageQuery,
  limit: z.coerce.number().int().min(1).max(100).default(100).meta({ description: 'Items on the page.' }),
});

/** Query of logs, whose lines are long. */
export const logQuery = z.object(pageQuery);

/** Schema of a page in systems that write snake case (ours: no document shows a list); `id` names the component. */
export function snakePageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      data: z.array(item),
      next_cursor: z.string().nullable().meta({ description: '`cursor` of the next page; null on the last.' }),
    })
    .meta({ id });
}

/** Our page in snake case. */
export function inSnakeCase<Item>({ data, nextCursor }: { data: Item[]; nextCursor: string | null }) {
  return { data, next_cursor: nextCursor };
}
