import { parseRetryAfter } from '../../delivery/retry-after.ts';
import type { Verdict } from '../verdict.ts';

/** Whose limit it was, by `RateLimit-Reason`; that of one issue says nothing about others. */
const LIMITS: Readonly<Record<string, string>> = {
  'jira-burst-based': 'too many requests of one kind in a short time',
  'jira-per-issue-on-write': 'too many changes of one issue in a short time',
  'jira-quota-global-based': 'the hourly quota is used up',
  'jira-quota-tenant-based': 'the hourly quota of the site is used up',
};

/** The verdict of a 429: how long to wait, and whether all of the endpoint does. */
export function throttledByJira(headers: Readonly<Record<string, string>>, nowMs: number): Verdict {
  const reason = headers['ratelimit-reason'] ?? '';
  const what = LIMITS[reason] ?? 'too many requests';
  const verdict = {
    kind: 'retry' as const,
    code: 'rate_limited' as const,
    message: `Jira asks to wait (429): ${what}`,
    afterMs: waitOf(headers, nowMs),
  };
  return reason === 'jira-per-issue-on-write' ? verdict : { ...verdict, rests: true };
}

/** Cloud also says when the limit is reset; Data Center says how often tokens come, and 0 when it has some already. */
function waitOf(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const afterMs = parseRetryAfter(headers['retry-after'], nowMs);
  if (afterMs !== undefined) return afterMs;
  const resetMs = Date.parse(headers['x-ratelimit-reset'] ?? '');
  if (!Number.isNaN(resetMs)) return Math.max(0, resetMs - nowMs);
  const intervalS = Number(headers['x-ratelimit-interval-seconds']);
  return intervalS > 0 ? intervalS * 1_000 : null;
}
