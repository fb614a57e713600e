/** What an endpoint bounds its requests by, tests aside; null: no such limit. */
export interface RateLimits {
  /** Requests in any second. */
  ratePerSecond: number | null;
  /** Requests in any hour, times the time scale. */
  maxPerHour: number | null;
}

/** Why a delivery waits in its endpoint's queue. */
export const LIMIT_REASONS = ['hourly_limit', 'rate_limit'] as const;
export type LimitReason = (typeof LIMIT_REASONS)[number];

/** How long a request keeps its place from its stamp on, in milliseconds. */
export interface PlaceTimes {
  hourMs: number;
  secondMs: number;
}

const HOUR_MS = 3_600_000;
const HOUR_MARGIN_MS = 1_000;
const SECOND_MS = 1_000;
const SECOND_MARGIN_MS = 100;

/**
 * A place is stamped when its request is finished, so that the request has arrived by then however slow the way there, and is
 * free again once the window and a margin have passed: what takes it next arrives later than that, and no window at the
 * receiver, wherever it is laid, can hold more than the limit. The price: a slow receiver gets a little less than its limit.
 * Margins are for clocks that step, so no time scale touches them; nor does it touch the second, which is what a
 * receiver's machine can bear: scaled to a thousandth, 10 a second would come as 10,000.
 */
export function placeTimes(timeScale: number): PlaceTimes {
  return { hourMs: Math.ceil(HOUR_MS * timeScale) + HOUR_MARGIN_MS, secondMs: SECOND_MS + SECOND_MARGIN_MS };
}

/** Places in use. Those of finished requests leave one window after the other; open ones count in both, whatever the time. */
export interface TakenPlaces {
  inHour: number;
  inSecond: number;
  /** Under way, or reserved for an attempt that is about to begin. */
  open: number;
}

/** Requests that may be made now; 0 or more, `Infinity` without a limit. */
export function placesLeft({ ratePerSecond, maxPerHour }: RateLimits, taken: TakenPlaces): number {
  const inSecond = (ratePerSecond ?? Number.POSITIVE_INFINITY) - taken.inSecond;
  const inHour = (maxPerHour ?? Number.POSITIVE_INFINITY) - taken.inHour;
  return Math.max(0, Math.min(inSecond, inHour) - taken.open);
}

/** Which limit keeps the next request waiting; without need the one that would be reached first. */
export function bindingLimit({ ratePerSecond, maxPerHour }: RateLimits, taken: TakenPlaces): LimitReason {
  if (ratePerSecond === null || maxPerHour === null) return ratePerSecond === null ? 'hourly_limit' : 'rate_limit';
  return maxPerHour - taken.inHour <= ratePerSecond - taken.inSecond ? 'hourly_limit' : 'rate_limit';
}

/** Gives places to attempts that want to begin, one after the other. */
export interface Turnstile {
  /** `reserved`: the claim reserved a place for it; without one it may take what no reservation needs. */
  pass(reserved: boolean): boolean;
}

/**
 * Reservations have been counted against the limits when they were made; they are looked at again because the limit may have
 * been lowered since, or a reservation given up and taken up again. `open` of `begun` is what is under way.
 */
export function createTurnstile(limits: RateLimits, begun: TakenPlaces, reservations: number): Turnstile {
  let underWay = begun.open;
  let reservedLeft = reservations;
  return {
    pass(reserved) {
      if (placesLeft(limits, { ...begun, open: underWay + (reserved ? 0 : reservedLeft) }) === 0) return false;
      underWay++;
      if (reserved) reservedLeft--;
      return true;
    },
  };
}

/** A delivery in its endpoint's queue. */
export interface Queued {
  id: string;
  isRetry: boolean;
}

/** Order of the queue: retries before first attempts, each in order of acceptance, which is that of the ids. */
export function compareTurns(a: Queued, b: Queued): number {
  if (a.isRetry !== b.isRetry) return a.isRetry ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** When a place frees; 0 and null where one is free now. */
export interface PlaceWait {
  waitMs: number;
  reason: LimitReason | null;
}

/**
 * When the queue's members get their places, if each sends as soon as it may: for those of the ranks `from` (0: first in
 * line) to `from + count - 1`. `agesMs`: how long ago the places in use were stamped, oldest first; the `open` ones count as
 * stamped now. So these are the earliest times; what takes longer than that is put off again when its time has come.
 */
export function placeWaits(
  limits: RateLimits,
  times: PlaceTimes,
  places: { agesMs: readonly number[]; open: number },
  { from, count }: { from: number; count: number },
): PlaceWait[] {
  const windows = [
    { max: limits.maxPerHour, takenMs: times.hourMs, reason: 'hourly_limit' },
    { max: limits.ratePerSecond, takenMs: times.secondMs, reason: 'rate_limit' },
  ] as const;
  // Times of all requests in a row, past and to come: the next may be sent once the one `max` before it has left the window.
  const sentMs: number[] = [...places.agesMs.map((age) => -age), ...new Array<number>(places.open).fill(0)];
  const waits: PlaceWait[] = [];
  for (let rank = 0; rank < from + count; rank++) {
    let next: PlaceWait = { waitMs: 0, reason: null };
    for (const { max, takenMs, reason } of windows) {
      const before = max === null ? undefined : sentMs[sentMs.length - max];
      if (before !== undefined && before + takenMs > next.waitMs) next = { waitMs: before + takenMs, reason };
    }
    sentMs.push(next.waitMs);
    if (rank >= from) waits.push(next);
  }
  return waits;
}

/** Held rows keep a time that is later than it need be by no more than this. */
const LATE_SLACK_MS = 100;

/**
 * The wait to be written for a delivery whose place frees in `waitMs`; `undefined` when what is stored will do: it is due and
 * a place is free, or it is held until a time that is not much too late. A time that is too early stays as well, until it has
 * come: to move a whole queue with every request would cost more than a second look at each.
 */
export function waitToWrite(stored: { held: boolean; dueInMs: number }, waitMs: number): number | undefined {
  const isDue = stored.dueInMs <= 0;
  if (waitMs <= 0) return isDue ? undefined : 0;
  if (!stored.held || isDue) return waitMs;
  return stored.dueInMs > waitMs + LATE_SLACK_MS ? waitMs : undefined;
}
