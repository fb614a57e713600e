/** What the driver saw of one phase. Both arrays are indexed by the event's number. */
export interface Published {
  /** When each request was begun, in milliseconds since 1970 with fractions. */
  startedAtMs: Float64Array;
  /** From request to whole answer; NaN where the event was not accepted. */
  latencyMs: Float64Array;
  /** The first answer that was not a 202, or the first connection error; absent if all were accepted. */
  firstFailure?: string;
}

/** What the receiver saw of one phase at one path. */
export interface Receipts {
  /** First receipt by event number, in milliseconds since 1970; NaN or beyond the end where nothing came. */
  receivedAtMs: Float64Array;
  /** All requests, repeated ones included. */
  requests: number;
}

/** The figures of one phase: a set of events published in one go, and their receipts at every endpoint. */
export interface PhaseSummary {
  events: number;
  endpoints: number;
  publishesPerSecond: number;
  deliveriesPerSecond: number;
  publishP50Ms: number | null;
  publishP99Ms: number | null;
  receiptP50Ms: number | null;
  receiptP99Ms: number | null;
  receiptP99FirstThirdMs: number | null;
  receiptP99LastThirdMs: number | null;
  received: number;
  duplicates: number;
  /** Events that were not answered with 202. */
  refused: number;
  /** Accepted events times endpoints, less what was received. */
  missing: number;
}

/** The value at `fraction` (0 to 1) by nearest rank; `null` when there are no values. The input is left as it is. */
export function percentile(values: Iterable<number>, fraction: number): number | null {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? null;
}

/** A number with at most `digits` decimals, as the reports show it; `null` stays `null`. */
export function round<T extends number | null>(value: T, digits = 1): T {
  return (value === null ? null : Number(value.toFixed(digits))) as T;
}

/** `part / whole`, or `null` where either is unknown or `whole` is 0. */
export function ratio(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

/**
 * The figures of one phase. Rates count from the first publish's start: publishes to the last answer, deliveries to the
 * last receipt. A receipt latency runs from the publish request's start to the first receipt at an endpoint. Thirds
 * are of the time of publishing, so that a queue growing behind a steady rate shows.
 */
export function summarizePhase(published: Published, receipts: readonly Receipts[]): PhaseSummary {
  const { startedAtMs, latencyMs } = published;
  const publishLatenciesMs = latencyMs.filter((ms) => !Number.isNaN(ms));
  const firstStartMs = minimum(startedAtMs);
  const lastStartMs = maximum(startedAtMs);
  const lastAnswerMs = maximum(startedAtMs.map((ms, number) => ms + (latencyMs[number] ?? Number.NaN)));

  const thirdMs = (lastStartMs - firstStartMs) / 3;
  const all: number[] = [];
  const firstThird: number[] = [];
  const lastThird: number[] = [];
  let lastReceiptMs = Number.NaN;
  let duplicates = 0;
  for (const { receivedAtMs, requests } of receipts) {
    duplicates += requests - receivedAtMs.filter((ms) => !Number.isNaN(ms)).length;
    lastReceiptMs = maximum([lastReceiptMs, maximum(receivedAtMs)]);
    for (const [number, startMs] of startedAtMs.entries()) {
      const receivedMs = receivedAtMs[number] ?? Number.NaN;
      if (Number.isNaN(receivedMs) || Number.isNaN(latencyMs[number] ?? Number.NaN)) continue;
      all.push(receivedMs - startMs);
      if (startMs <= firstStartMs + thirdMs) firstThird.push(receivedMs - startMs);
      if (startMs >= lastStartMs - thirdMs) lastThird.push(receivedMs - startMs);
    }
  }

  return {
    events: startedAtMs.length,
    endpoints: receipts.length,
    publishesPerSecond: perSecond(publishLatenciesMs.length, lastAnswerMs - firstStartMs),
    deliveriesPerSecond: perSecond(all.length, lastReceiptMs - firstStartMs),
    publishP50Ms: percentile(publishLatenciesMs, 0.5),
    publishP99Ms: percentile(publishLatenciesMs, 0.99),
    receiptP50Ms: percentile(all, 0.5),
    receiptP99Ms: percentile(all, 0.99),
    receiptP99FirstThirdMs: percentile(firstThird, 0.99),
    receiptP99LastThirdMs: percentile(lastThird, 0.99),
    received: all.length,
    duplicates,
    refused: startedAtMs.length - publishLatenciesMs.length,
    missing: publishLatenciesMs.length * receipts.length - all.length,
  };
}

function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? (count * 1000) / durationMs : 0;
}

/** NaN when there is no number; a loop, since spreading 100,000 arguments into Math.min overflows the stack. */
function minimum(values: Iterable<number>): number {
  let found = Number.NaN;
  for (const value of values) if (!(value >= found)) found = Number.isNaN(value) ? found : value;
  return found;
}

function maximum(values: Iterable<number>): number {
  let found = Number.NaN;
  for (const value of values) if (!(value <= found)) found = Number.isNaN(value) ? found : value;
  return found;
}
