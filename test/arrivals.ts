import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';

/** A receiver that knows when each request came. */
export interface TimedReceiver extends Receiver {
  /** Milliseconds, by a clock that only moves forward; in the order of `received`. */
  readonly timesMs: number[];
  /** The most requests that came within any window of this length, wherever it is laid. */
  mostWithin(windowMs: number): number;
}

/** `answer` decides what each request gets, 200 by default. */
export async function aTimedReceiver(
  answer: Answer = (_request, response) => response.end('ok'),
): Promise<TimedReceiver> {
  const timesMs: number[] = [];
  const receiver = await aReceiver((request, response, count) => {
    timesMs.push(performance.now());
    answer(request, response, count);
  });
  return {
    ...receiver,
    timesMs,
    mostWithin: (windowMs) =>
      Math.max(0, ...timesMs.map((from) => timesMs.filter((at) => at >= from && at <= from + windowMs).length)),
  };
}

/** FLTR's own example of a deleted document, the shortest that it has. */
export function aDeletedDocument(): Record<string, unknown> {
  const example = eventTypeOf('fltr', 'document.deleted')?.example;
  if (!example) throw new Error('fltr has no document.deleted');
  return example;
}
