/** A local time without a zone, as a calendar has it; months and days count from 1. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** A full hour that daylight saving skips on one day, and the first local time of that day which there is instead. */
export interface SkippedHour {
  hour: number;
  instead: LocalTime;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The full hours that the clocks of an IANA zone skip between two instants (milliseconds since the epoch), in their order. Where
 * clocks go from 02:00 to 03:00, hour 2 is skipped and 03:00 is there instead. Source: Intl's copy of the tz database.
 */
export function skippedHours(timeZone: string, fromMs: number, toMs: number): SkippedHour[] {
  const offsetAt = offsets(timeZone);
  const skipped: SkippedHour[] = [];
  for (let dayMs = fromMs; dayMs < toMs; dayMs += DAY_MS) {
    const [before, after] = [offsetAt(dayMs), offsetAt(dayMs + DAY_MS)];
    if (after <= before) continue;
    const changeMs = firstWith(after, dayMs, dayMs + DAY_MS, offsetAt);
    const [gapBeginsMs, gapEndsMs] = [changeMs + before, changeMs + after];
    const firstHour = Math.ceil(gapBeginsMs / 3_600_000);
    for (let hour = firstHour; hour * 3_600_000 < gapEndsMs; hour++) {
      skipped.push({ hour: hour % 24, instead: localTime(gapEndsMs) });
    }
  }
  return skipped;
}

/** The first instant between two that has this offset, to the minute: where clocks change, they do so on a full one. */
function firstWith(offsetMs: number, fromMs: number, toMs: number, offsetAt: (ms: number) => number): number {
  let [low, high] = [Math.floor(fromMs / MINUTE_MS), Math.floor(toMs / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === offsetMs) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsets(timeZone: string): (ms: number) => number {
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...fields });
  return (ms) => {
    const minuteMs = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    const parts = new Map(format.formatToParts(minuteMs).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) - minuteMs;
  };
}

/** `localMs`: a local time counted as if it were UTC. */
function localTime(localMs: number): LocalTime {
  const date = new Date(localMs);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}
