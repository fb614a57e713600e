import { gte, sql } from 'drizzle-orm';
import { type Db, rowsOf, toIso } from './database.ts';
import { throughput } from './schema.ts';

/** What went through in a minute or an hour. `startsAt` is ISO. */
export interface ThroughputSpan {
  startsAt: string;
  /** Events accepted. */
  published: number;
  /** Attempts that ended so, tests included. */
  delivered: number;
  failed: number;
}

/** How the installation does. */
export interface InstallationStats {
  /** 24 full hours, oldest first; the last one is under way. */
  hours: ThroughputSpan[];
  /** 60 minutes, likewise. */
  minutes: ThroughputSpan[];
  /** Deliveries that no workflow has yet, counted up to `MOST_WAITING`. */
  waiting: number;
  /** ISO: since when the one that has been due longest is due; null: none is. */
  oldestWaitingAt: string | null;
}

type Counts = Omit<ThroughputSpan, 'startsAt'>;

const MINUTE_MS = 60_000;
const FLUSH_MS = 2_000;
/** Beyond, a backlog is only said to be so large: counting takes a look at each. */
export const MOST_WAITING = 100_000;

/**
 * Counts what this process does and adds it to the store's minutes every few seconds. What was counted since is lost with the process:
 * these are figures for a chart. `onFault`: the counts stay and are written with the next.
 */
export function createThroughput(db: Db, options: { onFault: (error: unknown) => void }) {
  const minutes = new Map<number, Counts>();
  let timer: NodeJS.Timeout | undefined;

  function addTo(minute: number, { published = 0, delivered = 0, failed = 0 }: Partial<Counts>): void {
    const standing = minutes.get(minute) ?? { published: 0, delivered: 0, failed: 0 };
    minutes.set(minute, {
      published: standing.published + published,
      delivered: standing.delivered + delivered,
      failed: standing.failed + failed,
    });
  }

  function add(counts: Partial<Counts>): void {
    addTo(Math.floor(Date.now() / MINUTE_MS), counts);
    timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const counted = [...minutes].map(([minute, counts]) => ({ minute, ...counts }));
    if (counted.length === 0) return;
    minutes.clear();
    try {
      await db
        .insert(throughput)
        // In one order in every process, so that no two wait for each other.
        .values(counted.toSorted((a, b) => a.minute - b.minute))
        .onConflictDoUpdate({
          target: throughput.minute,
          set: {
            published: sql`${throughput.published} + excluded.published`,
            delivered: sql`${throughput.delivered} + excluded.delivered`,
            failed: sql`${throughput.failed} + excluded.failed`,
          },
        });
    } catch (error) {
      for (const { minute, ...counts } of counted) addTo(minute, counts);
      options.onFault(error);
    }
  }

  async function read(): Promise<InstallationStats> {
    await flush();
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const hour = Math.floor(minute / 60);
    const rows = await db
      .select()
      .from(throughput)
      .where(gte(throughput.minute, (hour - 23) * 60));
    const spans = (length: number, last: number, minutesEach: number) =>
      Array.from({ length }, (_, i) => last - length + 1 + i).map((span) =>
        sumOf(
          rows.filter((row) => Math.floor(row.minute / minutesEach) === span),
          span * minutesEach,
        ),
      );
    return { hours: spans(24, hour, 60), minutes: spans(60, minute, 1), ...(await readWaiting(db)) };
  }

  return { add, read, flush };
}

function sumOf(rows: readonly Counts[], minute: number): ThroughputSpan {
  const total = { published: 0, delivered: 0, failed: 0 };
  for (const row of rows) {
    total.published += row.published;
    total.delivered += row.delivered;
    total.failed += row.failed;
  }
  return { startsAt: new Date(minute * MINUTE_MS).toISOString(), ...total };
}

/** From one endpoint that has something waiting to the next, by the index of what waits: each costs one look. */
export async function readWaiting(db: Db): Promise<Pick<InstallationStats, 'waiting' | 'oldestWaitingAt'>> {
  const waits = sql`status = 'pending' and workflow_id is null`;
  const [row] = await rowsOf<{ waiting: number; oldest: string | null }>(
    db,
    sql`with recursive firsts as (
        (select endpoint_id, next_attempt_at from deliveries where ${waits} order by endpoint_id, next_attempt_at limit 1)
        union all
        select n.endpoint_id, n.next_attempt_at from firsts f cross join lateral (
          select endpoint_id, next_attempt_at from deliveries where ${waits} and endpoint_id > f.endpoint_id
          order by endpoint_id, next_attempt_at limit 1
        ) n
      )
      select (select count(*)::int from (select 1 from deliveries where ${waits} limit ${MOST_WAITING}::int) w) as waiting,
        (select min(next_attempt_at) from firsts where next_attempt_at <= now()) as oldest`,
  );
  return { waiting: row?.waiting ?? 0, oldestWaitingAt: row?.oldest ? toIso(row.oldest) : null };
}
