import type { PublishItem } from '../store/types.ts';
import { depthOf, fingerprintOf } from './canonical-json.ts';
import { checkEventData, isOpenDialect } from './check-data.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { fieldProblem, Problem } from './errors.ts';
import type { NewEvent } from './event-schema.ts';
import { DEFAULT_DIALECT, toUtc } from './fields.ts';

/** In whose name an event is published. */
export interface Publisher {
  organizationId: string;
  /** The dialect of events that name none. */
  dialect: string | null;
  /** It is a test, aimed at one endpoint: reserved types may be tried too, and it counts against no limit. */
  test?: true;
}

/** `repeated`: the same was published before. */
export interface Published {
  id: string;
  repeated: boolean;
}

/** Levels of arrays and objects in `data`. */
const MAX_DEPTH = 100;

/** Checks an event against its type, then commits it. Everything that is wrong with it is thrown as a problem. */
export async function publish(
  deps: Pick<GatewayDependencies, 'publish' | 'eventTypes' | 'now'>,
  publisher: Publisher,
  event: NewEvent,
  idempotencyKey: string | null,
): Promise<Published> {
  const { organizationId } = publisher;
  const dialect = event.dialect ?? publisher.dialect ?? DEFAULT_DIALECT;
  // Before the check: it bounds the depth, on which a recursive schema would overflow.
  const test = publisher.test ?? false;
  const item = toItem(organizationId, { ...event, dialect }, idempotencyKey, deps.now(), test);
  const rules = isOpenDialect(dialect) ? await deps.eventTypes.publishRules(organizationId) : null;
  const { type, data } = event;
  checkEventData({ dialect, type, data, dataLength: item.data.length, test }, rules);
  return commit(deps, item);
}

/** Commits a test event without a look at its type: it needs no registered one. */
export async function publishUncheckedTest(
  deps: Pick<GatewayDependencies, 'publish' | 'now'>,
  organizationId: string,
  event: NewEvent & { dialect: string },
): Promise<Published> {
  return commit(deps, toItem(organizationId, event, null, deps.now(), true));
}

function toItem(
  organizationId: string,
  event: NewEvent & { dialect: string },
  idempotencyKey: string | null,
  nowMs: number,
  test: boolean,
): PublishItem {
  const data = dataText(event.data);
  return {
    organizationId,
    dialect: event.dialect,
    type: event.type,
    // Without id and key there is nothing by which it could be repeated.
    fingerprint: event.id === undefined && idempotencyKey === null ? '' : fingerprintOf(event),
    data,
    occurredAt: event.occurredAt === undefined ? new Date(nowMs).toISOString() : toUtc(event.occurredAt),
    id: event.id ?? null,
    idempotencyKey,
    presenceName: event.presenceName ?? null,
    userId: event.userId ?? null,
    to: event.to ?? null,
    test,
  };
}

/**
 * The data as it is kept. Throws a problem that names the field for what is nested so deep that it could overflow the stack of
 * whoever renders it.
 */
export function dataText(data: Record<string, unknown>, field = 'data'): string {
  try {
    const text = JSON.stringify(data);
    if (depthOf(text, MAX_DEPTH) <= MAX_DEPTH) return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw fieldProblem('validation_failed', [{ field, rule: `must not be nested deeper than ${MAX_DEPTH}` }]);
}

async function commit(deps: Pick<GatewayDependencies, 'publish'>, item: PublishItem): Promise<Published> {
  const result = await deps.publish(item);
  switch (result.kind) {
    case 'created':
      return { id: result.eventId, repeated: false };
    case 'repeated':
      return { id: result.eventId, repeated: true };
    case 'conflict':
      throw new Problem('idempotency_conflict', `This ${result.field} was used before for other content.`, [
        { field: result.field, rule: 'must not be used again with other content' },
      ]);
    case 'unknown_endpoint':
      throw fieldProblem('validation_failed', [{ field: 'to', rule: `names no endpoint: ${result.endpointId}` }]);
  }
}
