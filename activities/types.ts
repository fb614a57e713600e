import type { DeliveryRef, DeliveryStatus } from '../domain/delivery/types.ts';

/** Deliveries to attempt once each. Ids and counts only: this stands in the history. */
export interface AttemptInput {
  deliveries: DeliveryRef[];
  /** `true`: failures are released in the store, to be claimed into workflows of their own. */
  carrier: boolean;
}

/** What a workflow needs to go on with one delivery. */
export interface DeliveryReport {
  id: string;
  /** `let_go`: another workflow has it, it waits unclaimed, or the store does not know it; this workflow is done with it. */
  state: DeliveryStatus | 'let_go';
  /** `delivered`, an error code, or why it was let go. */
  outcome: string;
  generation: number;
  attemptCount: number;
  /** Milliseconds until the next look; meaningful while pending. */
  dueInMs: number;
  /** Why no further attempt follows; null unless this attempt ended the delivery as failed. */
  ended: 'exhausted' | 'not_retryable' | 'gone' | null;
  /** `true`: the next act is a try of its export, not an attempt. */
  exportFirst?: boolean;
}

/** Result of the activity: one report for a single delivery, counts for a carrier. */
export interface AttemptReport {
  single: DeliveryReport | null;
  /** Members by outcome. */
  outcomes: Record<string, number>;
}

/** A delivery whose export is to be tried once. Ids and counts only. */
export interface ExportInput {
  delivery: DeliveryRef;
}

/** How far a daily scan has come. */
export interface ScanProgress {
  /** The part that goes on; null: all is done. */
  part: string | null;
  /** Where its next page begins, as the store gave it; null: at its beginning. Ids and times only. */
  after: string | null;
  /** What was done so far, by kind. */
  counts: Record<string, number>;
}

/** A stretch of a daily scan. Times are ISO. */
export interface ScanInput {
  /** What counts as now, the same over the whole scan. */
  now: string;
  /** When the scan was due: earlier than `now` if it runs late. */
  scheduledAt: string;
  /** Null: from the beginning. */
  progress: ScanProgress | null;
}

/** Of the organizations whose daily scan is at this full hour of this zone. */
export interface OrganizationScanInput extends ScanInput {
  at: { scanHour: number; scanTimeZone: string };
}

/** The activities by name, as the workflow proxies them. */
export interface Activities {
  attempt(input: AttemptInput): Promise<AttemptReport>;
  exportDataset(input: ExportInput): Promise<DeliveryReport>;
  exceptionPages(input: OrganizationScanInput): Promise<ScanProgress>;
  thresholdPages(input: OrganizationScanInput): Promise<ScanProgress>;
  retentionPages(input: ScanInput): Promise<ScanProgress>;
  cancelInStore(input: { ids: string[] }): Promise<{ cancelled: number }>;
}
