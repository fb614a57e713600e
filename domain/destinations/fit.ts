import type { Message } from './message.ts';

/** How many rows of a message are shown, each from the first on. */
export interface ShownRows {
  fields: number;
  items: number;
  /** How many are not. */
  dropped: number;
}

/**
 * What `assemble` makes of a message's rows with as few dropped as makes it fit: list items first, from the last one on, then
 * fields, likewise. Without any row left the result is returned as it is: the caller bounds the rest so that it always fits.
 * `assemble` is called about log2(rows) times, so rows are best rendered before.
 */
export function fitRows<T>(message: Message, assemble: (shown: ShownRows) => T, fits: (assembled: T) => boolean): T {
  const fields = message.fields.length;
  const items = message.list?.items.length ?? 0;
  const without = (dropped: number): T =>
    assemble({
      fields: Math.min(fields, fields + items - dropped),
      items: Math.max(0, items - dropped),
      dropped,
    });
  const whole = without(0);
  if (fits(whole)) return whole;
  // Fewer rows never need more room, so halving finds the least that must go.
  let tooFew = 0;
  let enough = fields + items;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (fits(without(middle))) enough = middle;
    else tooFew = middle;
  }
  return without(enough);
}

/** What a rendering says of dropped rows; empty when none were. */
export function noteOnDropped(rows: number): string {
  if (rows === 0) return '';
  return rows === 1 ? 'One row was left out to keep this short.' : `${rows} rows were left out to keep this short.`;
}
