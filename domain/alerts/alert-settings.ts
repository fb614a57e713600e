/** What an organization is alerted of, and when its daily scan is. */
export interface AlertSettings {
  /** Validations that score strictly less are alerted, 0 to 100; null: none. */
  scoreThreshold: number | null;
  /** So many days of 24 hours before it expires, an exception is warned of. */
  warningWindowDays: number;
  /** The full hour of the daily scan, 0 to 23. */
  scanHour: number;
  /** IANA name of the time zone in which `scanHour` is meant. */
  scanTimeZone: string;
}

/** Settings of an organization that set none. Source: the Flowcerta document (7 days; its example scans at 04:00 UTC). */
export const DEFAULT_ALERT_SETTINGS: AlertSettings = {
  scoreThreshold: null,
  warningWindowDays: 7,
  scanHour: 4,
  scanTimeZone: 'UTC',
};

/** Names only: an offset such as `+02:00`, which Intl takes too, knows no daylight saving. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/**
 * The zone under its canonical name in the tz database, in right case (`europe/berlin` is `Europe/Berlin`; a link such as
 * `Asia/Kolkata` may become the name it leads to); `null` for what is no zone.
 */
export function canonicalTimeZone(name: string): string | null {
  if (!ZONE_NAME.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
