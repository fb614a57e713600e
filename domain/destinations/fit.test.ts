import { expect, test } from 'vitest';
import { fitRows, noteOnDropped, type ShownRows } from './fit.ts';
import { aMessage } from './fixtures.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const withRows = (fields: number, items: number) =>
  aMessage({
    fields: numbered(fields).map((index) => ({ label: String(index), value: '' })),
    list: { title: '', items: numbered(items).map(() => ({ severity: 'low', title: '', text: '' })), total: items },
  });

test.each<[number, ShownRows]>([
  [13, { fields: 7, items: 5, dropped: 0 }],
  [12, { fields: 7, items: 5, dropped: 0 }],
  [11, { fields: 7, items: 4, dropped: 1 }],
  [8, { fields: 7, items: 1, dropped: 4 }],
  [7, { fields: 7, items: 0, dropped: 5 }],
  [6, { fields: 6, items: 0, dropped: 6 }],
  [1, { fields: 1, items: 0, dropped: 11 }],
  [0, { fields: 0, items: 0, dropped: 12 }],
])('where %i rows fit, fields are kept rather than list items', (maxRows, expected) => {
  const shown = fitRows(
    withRows(7, 5),
    (rows) => rows,
    ({ fields, items }) => fields + items <= maxRows,
  );
  expect(shown).toEqual(expected);
});

test.each([
  [7, 5],
  [0, 3],
  [3, 0],
  [0, 0],
])('what never fits is returned without its %i fields and %i items', (fields, items) => {
  const shown = fitRows(
    withRows(fields, items),
    (rows) => rows,
    () => false,
  );
  expect(shown).toEqual({ fields: 0, items: 0, dropped: fields + items });
});

test('thousands of rows are fitted in a few steps', () => {
  let steps = 0;
  const assemble = ({ fields }: ShownRows) => {
    steps += 1;
    return fields;
  };
  expect(fitRows(withRows(10_000, 0), assemble, (fields) => fields <= 137)).toBe(137);
  expect(steps).toBeLessThan(20);
});

test.each([
  [0, ''],
  [1, 'One row was left out to keep this short.'],
  [3, '3 rows were left out to keep this short.'],
])('%i dropped rows are told', (rows, note) => {
  expect(noteOnDropped(rows)).toBe(note);
});
