import type { AlertSettings } from '../domain/alerts/alert-settings.ts';
import type { Retained } from '../domain/delivery/retained.ts';

/** Organizations whose daily scan is at the same full hour (0 to 23) of the same IANA time zone. */
export type ScanTime = Pick<AlertSettings, 'scanHour' | 'scanTimeZone'>;

/** One page of a scan: of whom, as of when, and where the page before ended. */
export interface ScanPageRequest {
  at: ScanTime;
  /** ISO; what counts as now: the moment of the scan, also when it runs late. */
  now: string;
  /** `next` of the page before; null for the first. */
  after: string | null;
  /** Most rows looked at, 1 to 500. */
  limit: number;
}

/** Where the next page begins: opaque, holds ids and times only. Null: that was the last. */
export type NextPage = { next: string | null };

/** What a page of the exception scan did. */
export interface ExceptionScanPage extends NextPage {
  /** `exception.expiring_soon` published. */
  warned: number;
  /** Past `expiresAt`: marked as expired, without an event. */
  expired: number;
}

/** What a page of the threshold scan did. */
export interface ThresholdScanPage extends NextPage {
  /** `validation.below_threshold` published. */
  alerted: number;
}

/** What a page of the endpoint scan found. */
export interface EndpointScanPage extends NextPage {
  /** Endpoints above their alert threshold; `endpoint.failing` stands for each and this day, whether written now or before. */
  failing: number;
}

/** What a page of retention did. */
export interface RetentionPage extends NextPage {
  deleted: number;
}

/** The daily scans' part of the store. Each page is one transaction; a page that is run again does nothing twice. */
export interface ScanStore {
  /** Every distinct one, those of organizations that set none included; empty without organizations. By zone, then hour. */
  scanTimes(): Promise<ScanTime[]>;
  /**
   * Approved exceptions that are past `expiresAt` become expired; those inside their organization's warning window are stamped and
   * published as `exception.expiring_soon`, once for each `expiresAt`, however many scans run.
   */
  scanExceptions(request: ScanPageRequest): Promise<ExceptionScanPage>;
  /**
   * Validations received since `since` (ISO) that score under their organization's threshold and were not alerted: stamped and
   * published as `validation.below_threshold`.
   */
  scanValidations(request: ScanPageRequest & { since: string }): Promise<ThresholdScanPage>;
  /**
   * Endpoints whose failure share over 24 hours is above their `alertFailureShare`: told as `endpoint.failing`, once for each
   * endpoint and day of the scan's zone.
   */
  scanEndpoints(request: ScanPageRequest): Promise<EndpointScanPage>;
  /** Deletes what is older than `before` (ISO) among the next 500 rows at most; call it with `next` until that is null. */
  deleteRetained(what: Retained, before: string, after: string | null): Promise<RetentionPage>;
}
