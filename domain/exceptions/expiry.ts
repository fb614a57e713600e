const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Days of 24 hours until `expiresAt`, rounded up: 22 May 04:00 to 28 May 00:00 is 6; 0 at the very moment and later. Takes ISO
 * 8601. Source: Flowcerta document, `exception.expiring_soon`.
 */
export function daysRemaining(now: string, expiresAt: string): number {
  const leftMs = Date.parse(expiresAt) - Date.parse(now);
  return leftMs <= 0 ? 0 : Math.ceil(leftMs / DAY_MS);
}

/** What a scan does about an approved exception: `warn` from the window's first moment on, `expire` from `expiresAt` on. */
export function judgeExpiry(now: string, expiresAt: string, warningWindowDays: number): 'wait' | 'warn' | 'expire' {
  const leftMs = Date.parse(expiresAt) - Date.parse(now);
  if (leftMs <= 0) return 'expire';
  return leftMs <= warningWindowDays * DAY_MS ? 'warn' : 'wait';
}
