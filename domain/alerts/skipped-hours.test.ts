import { expect, it } from 'vitest';
import { skippedHours } from './skipped-hours.ts';

const year = (zone: string, of = 2027) => skippedHours(zone, Date.UTC(of, 0, 1), Date.UTC(of + 1, 0, 1));
const at = (year: number, month: number, day: number, hour: number, minute = 0) => ({ year, month, day, hour, minute });

it.each([
  ['Europe/Berlin', 2, at(2027, 3, 28, 3)],
  ['Europe/London', 1, at(2027, 3, 28, 2)],
  ['America/New_York', 2, at(2027, 3, 14, 3)],
  ['America/Santiago', 0, at(2027, 9, 5, 1)],
  ['Australia/Sydney', 2, at(2027, 10, 3, 3)],
  ['Australia/Lord_Howe', 2, at(2027, 10, 3, 2, 30)],
])('%s skips hour %i, and has the first time after it instead', (zone, hour, instead) => {
  expect(year(zone)).toEqual([{ hour, instead }]);
});

it.each(['UTC', 'Asia/Kolkata', 'Etc/GMT+5'])('%s skips none', (zone) => {
  expect(year(zone)).toEqual([]);
});

it('sees a change wherever the span begins', () => {
  const changeMs = Date.UTC(2027, 2, 28, 1);
  for (const fromMs of [changeMs - 86_400_000, changeMs - 1, changeMs - 3_600_000]) {
    expect(skippedHours('Europe/Berlin', fromMs, changeMs + 86_400_000)).toHaveLength(1);
  }
  expect(skippedHours('Europe/Berlin', changeMs, changeMs + 86_400_000)).toEqual([]);
});
