import { describe, expect, it } from 'vitest';
import type { Schema } from '../../api/client.ts';
import { isStreamed, mergeDeliveries } from './merge-delivery.ts';

const delivery = (id: string, status: Schema<'Delivery'>['status'] = 'pending') =>
  ({ id, status }) as Schema<'Delivery'>;
const page = (ids: string[], nextCursor: string | null = null) => ({
  data: ids.map((id) => delivery(id)),
  nextCursor,
  unmatched: null,
});
const ids = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);

describe('what the stream tells', () => {
  it('comes in by its age, newest first', () => {
    expect(ids(mergeDeliveries(page(['d', 'b']), [delivery('c'), delivery('e')], {}))).toEqual(['e', 'd', 'c', 'b']);
  });

  it('replaces what it is about', () => {
    const merged = mergeDeliveries(page(['b', 'a']), [delivery('a', 'delivered')], {});
    expect(merged.data[1]).toEqual(delivery('a', 'delivered'));
  });

  it('takes away what no longer fits the state that is looked for', () => {
    const search = { status: 'pending' as const };
    expect(ids(mergeDeliveries(page(['b', 'a']), [delivery('a', 'failed')], search))).toEqual(['b']);
  });

  it('leaves to the next page what is older than this one', () => {
    expect(ids(mergeDeliveries(page(['d', 'c'], 'more'), [delivery('b')], {}))).toEqual(['d', 'c']);
    expect(ids(mergeDeliveries(page([]), [delivery('b')], {}))).toEqual(['b']);
  });

  it('does not let the page grow for ever', () => {
    const arrived = Array.from({ length: 300 }, (_, i) => delivery(`e${String(i).padStart(3, '0')}`));
    const merged = mergeDeliveries(page(['a'], 'more'), arrived, {});
    expect(merged.data).toHaveLength(200);
    expect(merged.data[0]?.id).toBe('e299');
  });
});

it.each([
  [{}, true],
  [{ endpointId: 'ep_1', type: 'a', status: 'failed' as const }, true],
  [{ text: 'x' }, false],
  [{ since: '2026-11-21T09:30:00.000Z' }, false],
  [{ cursor: 'c' }, false],
])('the stream alone suffices for %j: %s', (search, suffices) => {
  expect(isStreamed(search)).toBe(suffices);
});
