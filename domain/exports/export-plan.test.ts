import { describe, expect, test } from 'vitest';
import { EXPORT_PATIENCE_MS, exportKey, nextExportTryMs } from './export-plan.ts';

describe('the key is <prefix><dataset_id>.<format>', () => {
  test.each([
    ['exports/', 'jsonl', 'exports/ds_1.jsonl'],
    ['exports/daily-', 'csv', 'exports/daily-ds_1.csv'],
    ['', 'csv', 'ds_1.csv'],
  ] as const)('prefix "%s", %s: %s', (prefix, format, key) => {
    expect(exportKey({ prefix, format }, 'ds_1')).toBe(key);
  });
});

describe('the wait before the next try', () => {
  test.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [10, 2_560_000],
    [11, 3_600_000],
    [500, 3_600_000],
  ])('after %i tries: %i ms', (tries, waitMs) => {
    expect(nextExportTryMs(tries, 0, 0)).toBe(waitMs);
  });

  test('chance makes it up to 20 % longer, never shorter', () => {
    expect(nextExportTryMs(1, 0, 0.999)).toBe(5_999);
  });

  test.each([
    [EXPORT_PATIENCE_MS - 5_000, 5_000],
    [EXPORT_PATIENCE_MS - 4_999, null],
    [EXPORT_PATIENCE_MS + 1, null],
  ])('%i ms after the first try: %s', (elapsedMs, waitMs) => {
    expect(nextExportTryMs(1, elapsedMs, 0)).toBe(waitMs);
  });
});
