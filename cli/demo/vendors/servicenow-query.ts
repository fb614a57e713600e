/** A row of a table: strings only, as ServiceNow has them. */
export type Row = Record<string, string>;

type Condition = (row: Row) => boolean;

const CONDITION = /^(?<column>[a-z0-9_.]+)(?<operator>!=|=|LIKE|STARTSWITH|IN|ISEMPTY|ISNOTEMPTY)(?<value>.*)$/;
const TESTS: Readonly<Record<string, (cell: string, value: string) => boolean>> = {
  '=': (cell, value) => cell.toLowerCase() === value.toLowerCase(),
  '!=': (cell, value) => cell.toLowerCase() !== value.toLowerCase(),
  LIKE: (cell, value) => cell.toLowerCase().includes(value.toLowerCase()),
  STARTSWITH: (cell, value) => cell.toLowerCase().startsWith(value.toLowerCase()),
  IN: (cell, value) => value.split(',').includes(cell),
  ISEMPTY: (cell) => cell === '',
  ISNOTEMPTY: (cell) => cell !== '',
};

/**
 * The rows that an encoded query selects, in its order. As on an instance with default settings, a condition on a column that
 * the table lacks, or with an operator that does not exist, is ignored: a query of such conditions alone selects everything.
 */
export function select(rows: readonly Row[], query: string, columns: ReadonlySet<string>): Row[] {
  const parts = query.split('^').filter(Boolean);
  const all: Condition[][] = [];
  for (const part of parts) {
    const condition = conditionOf(part.replace(/^OR(?!DERBY)/, ''), columns);
    if (condition === null) continue;
    if (/^OR(?!DERBY)/.test(part) && all.length > 0) all.at(-1)?.push(condition);
    else all.push([condition]);
  }
  const selected = rows.filter((row) => all.every((either) => either.some((holds) => holds(row))));
  return sorted(selected, parts, columns);
}

function conditionOf(part: string, columns: ReadonlySet<string>): Condition | null {
  const { column = '', operator = '', value = '' } = CONDITION.exec(part)?.groups ?? {};
  const test = TESTS[operator];
  if (!test || !columns.has(column)) return null;
  return (row) => test(row[column] ?? '', value);
}

function sorted(rows: Row[], parts: readonly string[], columns: ReadonlySet<string>): Row[] {
  const order = parts.map((part) => /^ORDERBY(?<down>DESC)?(?<column>.+)$/.exec(part)?.groups).find(Boolean);
  const column = order?.column ?? '';
  if (!columns.has(column)) return rows;
  const up = rows.toSorted((a, b) => (a[column] ?? '').localeCompare(b[column] ?? ''));
  return order?.down ? up.reverse() : up;
}
