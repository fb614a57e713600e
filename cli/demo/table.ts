import type { DemoRow } from './deliveries.ts';

/** The rows as a table for a terminal, links last, since they are long. */
export function renderTable(rows: readonly DemoRow[]): string {
  const head = ['system', 'event', 'attempts', 'verified', 'workflow in Temporal'];
  const lines = rows.map(({ system, event, attempts, verified, problem, workflow }) => [
    system,
    event,
    String(attempts),
    verified ? 'yes' : `no: ${problem}`,
    workflow,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  return [head, widths.map((width) => '-'.repeat(width)), ...lines]
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
