import { sql } from 'drizzle-orm';
import { compareTurns, LIMIT_REASONS, type PlaceTimes, placesLeft } from '../domain/delivery/rate-limit.ts';
import { type Db, jsonRowsOf, recordset, rowsOf } from './database.ts';
import { type LimitedEndpoint, readPlaces } from './places.ts';

/** An endpoint's turn in a claim; `turn` says where it stands in the round. */
export interface Turn {
  endpointId: string;
  turn: number;
}

/** A delivery that waits for an endpoint with limits. `held`: until the time that it was told. */
export interface Member {
  id: string;
  isRetry: boolean;
  held: boolean;
  dueInMs: number;
}

/** The head of an endpoint's queue, its row locked. */
export interface LimitedQueue {
  endpoint: LimitedEndpoint;
  turn: number;
  /** In the queue's order. */
  members: Member[];
  /** So many of `members` are known to stand one behind the other; among those that follow there are others, not read. */
  unbroken: number;
  /** What may be claimed now: tests, which need no place, and as many members as there are places for. */
  offered: string[];
}

interface MemberRow {
  endpoint_id: string;
  id: string;
  test: boolean;
  is_retry: boolean;
  held: boolean;
  due_in_ms: number;
  front: boolean;
}

/** What is due and has not been given a time is read this many at a time, in order of arrival. */
const MAX_DUE = 500;
/** Members read beyond those that there are places for: their times are kept right. */
const FRONT = 100;

/**
 * Opens the queues of endpoints with limits. The places are counted under the endpoint's row lock, so that two workers cannot
 * give out the same one; an endpoint that another holds is left out, its turn comes again.
 */
export async function openQueues(
  tx: Pick<Db, 'execute'>,
  turns: readonly Turn[],
  bounds: { limit: number; room: ReadonlyMap<string, number> },
  { times, skipLocked }: { times: PlaceTimes; skipLocked: boolean },
): Promise<LimitedQueue[]> {
  const ids = turns.map((t) => t.endpointId);
  const endpoints = await readPlaces(tx, skipLocked ? await lockFree(tx, ids) : ids, times);
  const takes = [...endpoints.values()].map(({ id, begun, reserved, ...endpoint }) => ({
    endpoint_id: id,
    take: Math.min(
      placesLeft(endpoint, { ...begun, open: begun.open + reserved }),
      bounds.room.get(id) ?? bounds.limit,
      endpoint.maxConcurrency ?? bounds.limit,
      bounds.limit,
    ),
  }));
  if (takes.length === 0) return [];
  const rows = Map.groupBy(await readHeads(tx, takes), (row) => row.endpoint_id);
  return takes.map(({ endpoint_id: id, take }) => {
    const turn = turns.find((t) => t.endpointId === id)?.turn ?? 0;
    return toQueue(endpoints.get(id) as LimitedEndpoint, turn, rows.get(id) ?? [], take);
  });
}

async function lockFree(tx: Pick<Db, 'execute'>, ids: readonly string[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    tx,
    sql`select id from endpoints where id = any(${sql.param([...ids])}::text[]) order by id for no key update skip locked`,
  );
  return rows.map((row) => row.id);
}

/** By two indexes: what is due, and what stands first in line whatever time it was told. A member may be among both. */
async function readHeads(
  tx: Pick<Db, 'execute'>,
  takes: readonly { endpoint_id: string; take: number }[],
): Promise<MemberRow[]> {
  const waiting = sql`endpoint_id = q.endpoint_id and status = 'pending' and workflow_id is null`;
  const columns = sql`id, test, tries > 0 as is_retry, held, (extract(epoch from next_attempt_at - now()) * 1000)::float8 as due_in_ms`;
  return jsonRowsOf<MemberRow>(
    tx,
    sql`q as (select * from ${recordset(takes, 'endpoint_id text, take int')}),
    due as (
      select q.endpoint_id, w.*, false as front from q cross join lateral (
        select ${columns} from deliveries where ${waiting} and next_attempt_at <= now() order by next_attempt_at, id limit ${MAX_DUE}::int
      ) w
    ), front as (
      select q.endpoint_id, w.*, true as front from q cross join lateral (
        select ${columns} from deliveries where ${waiting} and held and not test
          and (reason = any(${sql.param([...LIMIT_REASONS])}::text[]) or next_attempt_at <= now())
        order by (tries = 0), id limit q.take + ${FRONT}::int
      ) w
    )`,
    sql`select * from due union all select * from front`,
  );
}

function toQueue(endpoint: LimitedEndpoint, turn: number, rows: readonly MemberRow[], take: number): LimitedQueue {
  const front = rows.filter((row) => row.front);
  const distinct = [...new Map(rows.map((row) => [row.id, row])).values()];
  const members = distinct
    .filter((row) => !row.test)
    .map((row) => ({ id: row.id, isRetry: row.is_retry, held: row.held, dueInMs: row.due_in_ms }))
    .toSorted(compareTurns);
  const isWhole = front.length < take + FRONT;
  const lastInFront = front.at(-1)?.id;
  return {
    endpoint,
    turn,
    members,
    unbroken: isWhole ? members.length : members.findIndex((member) => member.id === lastInFront) + 1,
    offered: [...distinct.filter((row) => row.test), ...members.slice(0, take)].map((row) => row.id),
  };
}
