import { useEffect, useState } from 'react';
import { countdown, localTime, relativeTime, utcTime } from '../format/time.ts';

const TICK_MS = 1_000;
const REST_MS = 15_000;

/** The present, anew every `everyMs`. */
function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A time where the reader is; the exact one in UTC on hover. */
export function Time({ at }: { at: string }) {
  const now = useNow(REST_MS);
  return (
    <time dateTime={at} title={utcTime(at)}>
      {localTime(at, now)}
    </time>
  );
}

/** How long ago, kept up to date. */
export function Ago({ at }: { at: string }) {
  const now = useNow(REST_MS);
  return (
    <time dateTime={at} title={`${localTime(at, now)} · ${utcTime(at)}`}>
      {relativeTime(at, now)}
    </time>
  );
}

/** What is left until a time. Screen readers are not told every second. */
export function Countdown({ at }: { at: string }) {
  const now = useNow(TICK_MS);
  return (
    <time dateTime={at} title={utcTime(at)} className="countdown">
      {Date.parse(at) <= now ? 'any moment' : countdown(at, now)}
    </time>
  );
}
