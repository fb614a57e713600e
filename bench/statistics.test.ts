import { describe, expect, test } from 'vitest';
import { type Published, percentile, type Receipts, ratio, round, summarizePhase } from './statistics.ts';

const notSeen = Number.NaN;

function aPublished(startedAtMs: number[], latencyMs = startedAtMs.map(() => 5)): Published {
  return { startedAtMs: Float64Array.from(startedAtMs), latencyMs: Float64Array.from(latencyMs) };
}

function someReceipts(receivedAtMs: number[], requests = receivedAtMs.length): Receipts {
  return { receivedAtMs: Float64Array.from(receivedAtMs), requests };
}

describe('percentile', () => {
  const cases: [string, number[], number, number | null][] = [
    ['nothing has no percentile', [], 0.5, null],
    ['one value is every percentile', [7], 0.99, 7],
    ['an even count takes the lower middle', [4, 1, 3, 2], 0.5, 2],
    ['an odd count takes the middle', [30, 10, 20], 0.5, 20],
    ['the whole takes the largest', [1, 100, 50], 1, 100],
    ['zero takes the smallest', [3, 2, 9], 0, 2],
    ['p99 of 1 to 100 is 99', Array.from({ length: 100 }, (_, index) => index + 1), 0.99, 99],
    ['numbers are ordered as numbers', [9, 10, 100], 0.5, 10],
  ];
  test.each(cases)('%s', (_, values, fraction, expected) => {
    expect(percentile(values, fraction)).toBe(expected);
  });

  test('leaves its input as it is', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});

test('round cuts decimals and keeps what is unknown', () => {
  expect(round(1.26)).toBe(1.3);
  expect(round(1.26, 2)).toBe(1.26);
  expect(round(null)).toBeNull();
});

test('ratio is unknown where a part is unknown or the whole is nothing', () => {
  expect(ratio(3, 2)).toBe(1.5);
  expect(ratio(null, 2)).toBeNull();
  expect(ratio(3, null)).toBeNull();
  expect(ratio(3, 0)).toBeNull();
});

describe('summarizePhase', () => {
  test('counts rates from the first publish to the last answer and to the last receipt', () => {
    const summary = summarizePhase(aPublished([1000, 1100], [100, 400]), [someReceipts([1500, 2000])]);
    expect(summary).toMatchObject({ events: 2, endpoints: 1, received: 2, missing: 0, refused: 0, duplicates: 0 });
    expect(summary.publishesPerSecond).toBe(4);
    expect(summary.deliveriesPerSecond).toBe(2);
  });

  test('measures a receipt from the start of its own publish, whatever the order of receipts', () => {
    const summary = summarizePhase(aPublished([1000, 1010, 1020]), [someReceipts([1100, 1050, 1021])]);
    expect([summary.receiptP50Ms, summary.receiptP99Ms]).toEqual([40, 100]);
  });

  test('expects every accepted event at every endpoint', () => {
    const summary = summarizePhase(aPublished([0, 1, 2]), [someReceipts([10, notSeen, 12], 2), someReceipts([10], 1)]);
    expect(summary).toMatchObject({ endpoints: 2, received: 3, missing: 3, duplicates: 0 });
  });

  test('counts repeated requests apart from distinct receipts', () => {
    expect(summarizePhase(aPublished([0, 1]), [someReceipts([5, 6], 5)])).toMatchObject({ received: 2, duplicates: 3 });
  });

  test('a refused publish is neither expected nor part of the latencies', () => {
    const summary = summarizePhase(aPublished([0, 1], [7, notSeen]), [someReceipts([10, notSeen], 1)]);
    expect(summary).toMatchObject({ events: 2, refused: 1, missing: 0, received: 1, publishP99Ms: 7 });
  });

  test('keeps the first and the last third of the publishing time apart', () => {
    const startedAtMs = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];
    const receivedAtMs = startedAtMs.map((ms) => ms + (ms <= 30 ? 1 : ms >= 60 ? 9 : 5));
    const summary = summarizePhase(aPublished(startedAtMs), [someReceipts(receivedAtMs)]);
    expect([summary.receiptP99FirstThirdMs, summary.receiptP99LastThirdMs]).toEqual([1, 9]);
  });

  test('nothing received gives unknown latencies and a rate of zero', () => {
    const summary = summarizePhase(aPublished([0, 1]), [someReceipts([], 0)]);
    expect(summary).toMatchObject({ received: 0, missing: 2, deliveriesPerSecond: 0, receiptP50Ms: null });
  });
});
