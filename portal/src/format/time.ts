const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** UTC to the millisecond, as logs have it: `2026-11-21 09:30:00.000 UTC`. */
export function utcTime(at: string): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/** The time of day where the reader is, with the day when it is not today; with the year when it is not this one. */
export function localTime(at: string, nowMs: number, locale?: string, timeZone?: string): string {
  const then = new Date(at);
  const now = new Date(nowMs);
  const day = (date: Date) => date.toLocaleDateString('en-CA', { timeZone });
  const sameDay = day(then) === day(now);
  const sameYear = day(then).slice(0, 4) === day(now).slice(0, 4);
  return then.toLocaleString(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(!sameDay && { month: 'short', day: 'numeric' }),
    ...(!sameYear && { year: 'numeric' }),
  });
}

/** How long ago, or how long from now: `just now`, `4 min ago`, `in 2 h`. */
export function relativeTime(at: string, nowMs: number): string {
  const distance = Date.parse(at) - nowMs;
  const size = Math.abs(distance);
  if (size < 10 * SECOND) return distance > SECOND ? 'in a moment' : 'just now';
  const words = roughSpan(size);
  return distance > 0 ? `in ${words}` : `${words} ago`;
}

function roughSpan(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

/** A time that something took: `8 ms`, `1.24 s`. */
export function tookTime(ms: number): string {
  if (ms < 1) return '< 1 ms';
  return ms < SECOND ? `${Math.round(ms)} ms` : `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 2 : 1)} s`;
}

/** A wait in its largest parts, exact: `5 s`, `1 h 30 min`, `0 s`. */
export function waitTime(ms: number): string {
  const parts = [
    [Math.floor(ms / DAY), 'd'],
    [Math.floor(ms / HOUR) % 24, 'h'],
    [Math.floor(ms / MINUTE) % 60, 'min'],
    [Math.floor(ms / SECOND) % 60, 's'],
    [ms % SECOND, 'ms'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.join(' ') || '0 s';
}

/** Reads `500 ms`, `5s`, `30 min`, `2h`, `1d`, `90` (seconds) as milliseconds; null when it is no such wait. */
export function readWait(text: string): number | null {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min|h|d)?\s*$/i.exec(text);
  if (!found) return null;
  const unit = { ms: 1, s: SECOND, sec: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY }[
    (found[2] ?? 's').toLowerCase()
  ];
  return unit === undefined ? null : Math.round(Number(found[1]) * unit);
}

/** What is left until a time, counting down: `12:04`, `1:02:03`, `0:00`. */
export function countdown(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(at) - nowMs) / SECOND));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
