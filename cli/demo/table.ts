import { textTable } from '../text-table.ts';
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
  return textTable(head, [head.map((title) => '-'.repeat(title.length)), ...lines]);
}
