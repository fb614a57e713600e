import type { ScanProgress } from './types.ts';

/** One part of a daily scan, run page by page. */
export interface ScanPart {
  name: string;
  /** Does the page behind `after` (null: the first). `next` null: it was the last. */
  page(after: string | null): Promise<{ next: string | null; counts: Record<string, number> }>;
}

/** How long one stretch goes on, and who hears of its pages. */
export interface Stretch {
  /** Asked after each page: whether the next one is left to another stretch. */
  isOver(): boolean;
  /** Called after each page, with where the next begins. */
  onPage(progress: ScanProgress): void;
}

/**
 * Runs the parts in their order, page by page, from where `from` stands until all is done (`part` null in what it returns) or the
 * stretch is over. Without `from` it begins at the beginning, and so it does with a part of an older version that is no more.
 */
export async function runPages(
  parts: readonly ScanPart[],
  from: ScanProgress | null,
  stretch: Stretch,
): Promise<ScanProgress> {
  if (from?.part === null) return from;
  const known = parts.findIndex(({ name }) => name === from?.part);
  let index = Math.max(0, known);
  let after = known < 0 ? null : (from?.after ?? null);
  let counts = from?.counts ?? {};
  for (;;) {
    const part = parts[index];
    if (!part) return { part: null, after: null, counts };
    const page = await part.page(after);
    counts = sum(counts, page.counts);
    after = page.next;
    if (after === null) index++;
    const progress = { part: parts[index]?.name ?? null, after, counts };
    stretch.onPage(progress);
    if (stretch.isOver()) return progress;
  }
}

function sum(before: Record<string, number>, more: Record<string, number>): Record<string, number> {
  const total = { ...before };
  for (const [name, count] of Object.entries(more)) total[name] = (total[name] ?? 0) + count;
  return total;
}
