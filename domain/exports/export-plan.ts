import { MAX_JITTER } from '../delivery/decide-attempt.ts';
import type { AutoExport, ExportFormat } from './auto-export.ts';

/** A finished export as the receiver is told of it. */
export interface ExportedFile {
  connectorId: number;
  bucket: string;
  key: string;
  format: ExportFormat;
  records: number;
  /** Size of the object. */
  bytes: number;
}

/** Media types of the files, by format. */
export const CONTENT_TYPES: Record<ExportFormat, string> = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** `<prefix><dataset_id>.<format>`: the same dataset exported again takes the same place. */
export function exportKey({ prefix, format }: Pick<AutoExport, 'prefix' | 'format'>, datasetId: string): string {
  return `${prefix}${datasetId}.${format}`;
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;

/** How long an export that cannot be made is tried: 24 hours from its first try. */
export const EXPORT_PATIENCE_MS = 24 * 3_600_000;

/**
 * Wait before an export is tried again, in milliseconds: 5 s, doubling to an hour, up to 20 % more by chance
 * (0 <= `random` < 1). `tries`: made so far, 1 after the first. Null: 24 hours are over before the next one. All of it real time;
 * the caller scales, and `elapsedMs` is unscaled by it.
 */
export function nextExportTryMs(tries: number, elapsedMs: number, random: number): number | null {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1), LONGEST_WAIT_MS);
  const jitteredMs = Math.floor(waitMs * (1 + MAX_JITTER * random));
  return elapsedMs + jitteredMs > EXPORT_PATIENCE_MS ? null : jitteredMs;
}
