import { sql } from 'drizzle-orm';
import { type PlaceTimes, type PlaceWait, placeWaits, waitToWrite } from '../domain/delivery/rate-limit.ts';
import { type Db, isPending, jsonRowsOf, recordset } from './database.ts';
import type { LimitedQueue, Member } from './limited-queues.ts';
import { openPlaces } from './places.ts';

/** What went before the members of a queue: the ages of its stamps, and how long the last of those already held still wait. */
interface Before {
  endpoint_id: string;
  ages: number[];
  /** Places that are not stamped yet. */
  open: number;
  tail: number[];
}

interface NewTime {
  id: string;
  wait_ms: number;
  reason: string | null;
}

/**
 * Tells the members of queues that were not claimed (`claimed` were, their places are taken) when their places free, in one
 * statement for all: they are held until then, and not looked at before. Returns in how many milliseconds the first place
 * frees that somebody waits for; `undefined` when nobody waits.
 */
export async function putOff(
  tx: Pick<Db, 'execute'>,
  queues: readonly LimitedQueue[],
  claimed: ReadonlySet<string>,
  { times, skipLocked }: { times: PlaceTimes; skipLocked: boolean },
): Promise<number | undefined> {
  const left = queues
    .map((queue) => ({ queue, ...membersLeft(queue, claimed) }))
    .filter(({ inLine, behind }) => inLine.length + behind.length > 0);
  if (left.length === 0) return undefined;
  const before = new Map((await readBefore(tx, left, times)).map((row) => [row.endpoint_id, row]));
  const written: NewTime[] = [];
  let soonestMs: number | undefined;
  for (const { queue, inLine, behind } of left) {
    const { ages, open, tail } = before.get(queue.endpoint.id) as Before;
    const inTurn = placeWaits(queue.endpoint, times, { agesMs: ages, open }, { from: 0, count: inLine.length + 1 });
    written.push(...newTimes(inLine, inTurn));
    // Those told a time before stand somewhere behind the line: not before its end.
    const told = behind.filter((member) => member.held);
    written.push(
      ...newTimes(
        told,
        told.map(() => inTurn[inLine.length] as PlaceWait),
      ),
    );
    const fresh = behind.filter((member) => !member.held);
    const agesMs = [...ages, ...new Array<number>(open).fill(0), ...tail.map((waitMs) => -waitMs)];
    const atTheEnd = { agesMs: agesMs.toSorted((a, b) => b - a), open: 0 };
    written.push(...newTimes(fresh, placeWaits(queue.endpoint, times, atTheEnd, { from: 0, count: fresh.length })));
    const firstMs = inTurn[0]?.waitMs ?? 0;
    if (firstMs > 0) soonestMs = Math.min(soonestMs ?? firstMs, firstMs);
  }
  await write(tx, written, skipLocked);
  return soonestMs;
}

/** Members not claimed: those whose ranks are known, and those behind a stretch of the queue that was not read. */
function membersLeft({ members, unbroken }: LimitedQueue, claimed: ReadonlySet<string>) {
  const isLeft = (member: Member) => !claimed.has(member.id);
  return {
    inLine: members.slice(0, unbroken).filter(isLeft),
    behind: members.slice(unbroken).filter(isLeft),
  };
}

function newTimes(members: readonly Member[], waits: readonly PlaceWait[]): NewTime[] {
  return members.flatMap((member, rank) => {
    const { waitMs, reason } = waits[rank] as PlaceWait;
    const write = waitToWrite(member, waitMs);
    return write === undefined ? [] : [{ id: member.id, wait_ms: write, reason }];
  });
}

/**
 * All in one statement: requests are being finished all the while, and one that was counted as open in one statement and
 * as stamped in the next would have others wait for an hour. Of the tail as much is read as the limits can reach back,
 * and only where new ones come behind it.
 */
async function readBefore(
  tx: Pick<Db, 'execute'>,
  left: readonly { queue: LimitedQueue; behind: Member[] }[],
  times: PlaceTimes,
): Promise<Before[]> {
  const wanted = left.map(({ queue: { endpoint }, behind }) => ({
    endpoint_id: endpoint.id,
    kept_ms: endpoint.maxPerHour === null ? times.secondMs : times.hourMs,
    tail: behind.some((member) => !member.held) ? Math.max(endpoint.maxPerHour ?? 0, endpoint.ratePerSecond ?? 0) : 0,
  }));
  return jsonRowsOf<Before>(
    tx,
    sql`before as (select i.endpoint_id, o.under_way + o.reserved as open,
        array(select (extract(epoch from now() - p.stamped_at) * 1000)::float8 from places p
          where p.endpoint_id = i.endpoint_id and p.stamped_at > now() - i.kept_ms * interval '1 millisecond' order by p.stamped_at) as ages,
        array(select (extract(epoch from d.next_attempt_at - now()) * 1000)::float8 from deliveries d
          where d.endpoint_id = i.endpoint_id and d.status = 'pending' and d.workflow_id is null and d.held
          order by (d.tries = 0) desc, d.id desc limit i.tail) as tail
      from ${recordset(wanted, 'endpoint_id text, kept_ms float8, tail int')} cross join lateral ${openPlaces(sql`i.endpoint_id`)} o)`,
    sql`select * from before`,
  );
}

/** Rows that others hold are left as they are: they are being cancelled or retried by hand. */
async function write(tx: Pick<Db, 'execute'>, times: readonly NewTime[], skipLocked: boolean): Promise<void> {
  if (times.length === 0) return;
  await tx.execute(sql`with w as (
      select d.id from deliveries d where d.id = any(${sql.param(times.map((time) => time.id))}::text[]) and ${isPending} and d.workflow_id is null
      ${skipLocked ? sql`for update skip locked` : sql``}
    )
    update deliveries d set held = true, reason = coalesce(i.reason, d.reason), next_attempt_at = now() + i.wait_ms * interval '1 millisecond'
    from w join ${recordset(times, 'id text, wait_ms float8, reason text')} on i.id = w.id where d.id = w.id`);
}
