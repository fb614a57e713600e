import type { Steps } from '../destination.ts';
import type { Verdict } from '../verdict.ts';
import { isObject, type Judged } from './answers.ts';
import { call, type Session } from './api.ts';

/** A record of the configured table as the API gives it. */
export interface TicketRecord {
  id: string;
  /** `INC0010002`; empty in tables without numbers. */
  number: string;
  state: string;
  /** Closed or cancelled: nobody works on it any more, and few may change it. */
  closed: boolean;
  /** Columns by which this destination knows its own. */
  correlationId: string;
  correlationDisplay: string;
}

/** A part of a run that went well or ends all of it. */
export type Outcome<T> = { kind: 'ok'; value: T } | { kind: 'stopped'; verdict: Verdict };

const COLUMNS = 'sys_id,number,state,active,correlation_id,correlation_display';
const ONE_RECORD = { sysparm_fields: COLUMNS, sysparm_exclude_reference_link: 'true' };
/** Closed and cancelled. */
const CLOSED_INCIDENT = ['7', '8'];
/** Records of one subject: each was closed before the next was made, but the last. */
const MAX_FOUND = '20';

/** The record with this id; null: it is gone. */
export function* readRecord(session: Session, id: string): Steps<Outcome<TicketRecord | null>> {
  const judged = yield* call(session, {
    step: 'read the record',
    method: 'GET',
    path: recordPath(session, id),
    query: ONE_RECORD,
  });
  if (judged.ok) return ok(recordOf(session, judged.value));
  return judged.cause === 'not_found' ? ok(null) : stoppedBy(judged);
}

/**
 * The record of a subject: the oldest that is not closed, else the newest; null: there is none. An instance ignores conditions
 * it does not understand and answers with any records, so each is compared with the key.
 */
export function* findRecord(session: Session, subjectKey: string): Steps<Outcome<TicketRecord | null>> {
  const judged = yield* call(session, {
    step: 'look for the record',
    method: 'GET',
    path: tablePath(session),
    query: {
      sysparm_query: `correlation_id=${subjectKey}^ORDERBYDESCsys_created_on`,
      ...ONE_RECORD,
      sysparm_limit: MAX_FOUND,
    },
    expects: 'records',
  });
  // The first version of the API answers so where nothing is found.
  if (!judged.ok && judged.cause !== 'not_found') return stoppedBy(judged);
  const rows = rowsOf(judged);
  if (rows.some((row) => !('correlation_id' in row))) return stopped(noCorrelation(session.settings.table));
  const own = rows.map((row) => recordOf(session, row)).filter(({ correlationId }) => correlationId === subjectKey);
  return ok(own.findLast(({ closed }) => !closed) ?? own[0] ?? null);
}

export function* createRecord(session: Session, columns: Record<string, string>): Steps<Outcome<TicketRecord>> {
  const judged = yield* call(session, {
    step: 'create the record',
    method: 'POST',
    path: tablePath(session),
    query: ONE_RECORD,
    body: columns,
    writes: true,
  });
  return judged.ok ? ok(recordOf(session, judged.value)) : stoppedBy(judged);
}

/** Of a record just read: one that cannot be found now is most likely one that the user may not change. */
export function* changeRecord(
  session: Session,
  step: string,
  id: string,
  columns: Record<string, string>,
): Steps<Outcome<TicketRecord>> {
  const judged = yield* call(session, {
    step,
    method: 'PATCH',
    path: recordPath(session, id),
    query: ONE_RECORD,
    body: columns,
    writes: true,
  });
  return judged.ok ? ok(recordOf(session, judged.value)) : stoppedBy(judged);
}

function recordOf({ settings }: Session, row: unknown): TicketRecord {
  const columns = isObject(row) ? row : {};
  const state = text(columns.state);
  return {
    id: text(columns.sys_id),
    number: text(columns.number),
    state,
    closed: text(columns.active) === 'false' || (settings.table === 'incident' && CLOSED_INCIDENT.includes(state)),
    correlationId: text(columns.correlation_id),
    correlationDisplay: text(columns.correlation_display),
  };
}

/** None for an answer that is no list. */
export function rowsOf(judged: Judged): Record<string, unknown>[] {
  return judged.ok && Array.isArray(judged.value) ? judged.value.filter(isObject) : [];
}

function noCorrelation(table: string): Verdict {
  return {
    kind: 'bad_configuration',
    message: `The table ${table} has no column correlation_id, or the user may not read it: its records could not be found again`,
  };
}

function tablePath({ settings }: Session): string {
  return `/api/now/table/${encodeURIComponent(settings.table)}`;
}

export function recordPath(session: Session, id: string): string {
  return `${tablePath(session)}/${encodeURIComponent(id)}`;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function ok<T>(value: T): Outcome<T> {
  return { kind: 'ok', value };
}

function stopped(verdict: Verdict): Outcome<never> {
  return { kind: 'stopped', verdict };
}

export function stoppedBy({ verdict }: Extract<Judged, { ok: false }>): Outcome<never> {
  return stopped(verdict);
}
