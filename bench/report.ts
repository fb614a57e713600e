import type { Usage } from './measure.ts';
import type { ModeName } from './options.ts';
import { type PhaseSummary, ratio, round } from './statistics.ts';

/** The figures of one run that every mode has, and what a mode adds. This is also the JSON object. */
export interface RunReport {
  mode: ModeName;
  events: number;
  endpoints: number;
  publishesPerSecond: number;
  deliveriesPerSecond: number;
  publishP50Ms: number | null;
  publishP99Ms: number | null;
  receiptP50Ms: number | null;
  receiptP99Ms: number | null;
  received: number;
  duplicates: number;
  /** `null` when the bench did not start Waybill, or without /proc. */
  cpuMsPerDelivery: number | null;
  rssMb: number | null;
  /** Publishes that were not answered with 202. */
  refused: number;
  /** Deliveries of accepted events that did not come. */
  missing: number;
  clients: number;
  [extra: string]: number | string | null;
}

/** Rounds the figures of a run's main phase and puts what a mode has of its own behind them. */
export function createReport(
  mode: ModeName,
  summary: PhaseSummary,
  usage: Usage,
  extra: Readonly<Record<string, number | string | null>> & { clients: number },
): RunReport {
  return {
    mode,
    events: summary.events,
    endpoints: summary.endpoints,
    publishesPerSecond: round(summary.publishesPerSecond),
    deliveriesPerSecond: round(summary.deliveriesPerSecond),
    publishP50Ms: round(summary.publishP50Ms),
    publishP99Ms: round(summary.publishP99Ms),
    receiptP50Ms: round(summary.receiptP50Ms),
    receiptP99Ms: round(summary.receiptP99Ms),
    received: summary.received,
    duplicates: summary.duplicates,
    cpuMsPerDelivery: round(usage.cpuMsPerDelivery, 3),
    rssMb: round(usage.rssMb),
    refused: summary.refused,
    missing: summary.missing,
    ...extra,
  };
}

/** Heading by field, in the order of the columns; other fields of a report stand below its row. */
const COLUMNS: readonly (readonly [field: keyof RunReport & string, heading: string])[] = [
  ['mode', 'mode'],
  ['events', 'events'],
  ['endpoints', 'endpoints'],
  ['publishesPerSecond', 'publishes/s'],
  ['deliveriesPerSecond', 'deliveries/s'],
  ['publishP50Ms', 'publish p50'],
  ['publishP99Ms', 'p99 ms'],
  ['receiptP50Ms', 'receipt p50'],
  ['receiptP99Ms', 'p99 ms'],
  ['received', 'received'],
  ['missing', 'missing'],
  ['duplicates', 'duplicates'],
  ['cpuMsPerDelivery', 'cpu ms/delivery'],
  ['rssMb', 'MB'],
];

/** The reports as a table for people: text to the left, figures to the right, a mode's own figures below its row. */
export function formatTable(reports: readonly RunReport[]): string {
  const rows = reports.map((report) => COLUMNS.map(([field]) => String(report[field] ?? '–')));
  const widths = COLUMNS.map(([, heading], index) =>
    Math.max(heading.length, ...rows.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  const lines = [line(COLUMNS.map(([, heading]) => heading))];
  for (const [index, report] of reports.entries()) {
    lines.push(line(rows[index] ?? []), `    ${formatOwnFigures(report)}`);
  }
  const compared = compareCarrying(reports);
  return [...lines, ...(compared === null ? [] : [compared])].join('\n');
}

function formatOwnFigures(report: RunReport): string {
  const shown = new Set<string>(COLUMNS.map(([field]) => field));
  return Object.entries(report)
    .filter(([field]) => !shown.has(field))
    .map(([field, value]) => `${field} ${value ?? '–'}`)
    .join(', ');
}

/** How much carrying gains, when both were measured; the last run of each counts. */
function compareCarrying(reports: readonly RunReport[]): string | null {
  const rateOf = (mode: ModeName): number | null =>
    reports.findLast((report) => report.mode === mode)?.deliveriesPerSecond ?? null;
  const gain = ratio(rateOf('carried'), rateOf('single'));
  return gain === null ? null : `carried delivers ${round(gain)} times as many a second as single`;
}
