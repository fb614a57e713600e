import type { Steps } from '../destination.ts';
import { call, type Session } from './api.ts';
import { type Outcome, ok, recordPath, rowsOf, stoppedBy, text } from './records.ts';

/** The last line of a delivery's work note, by which it is found again. */
export function noteMark(deliveryKey: string): string {
  return `Waybill delivery ${deliveryKey}`;
}

/**
 * Whether this delivery's work note is there. Not all users may read the journal's table, and rows they may not see are left
 * out without a word: then the record's own journal is read. `certain`: read it in any case.
 */
export function* hasNote(session: Session, id: string, deliveryKey: string, certain: boolean): Steps<Outcome<boolean>> {
  const judged = yield* call(session, {
    step: 'look for the work note',
    method: 'GET',
    path: '/api/now/table/sys_journal_field',
    query: {
      sysparm_query: `element_id=${id}^element=work_notes^valueLIKE${deliveryKey}`,
      sysparm_fields: 'element_id,value',
      // One, unless the instance ignores a condition; of more, long ones would not be kept.
      sysparm_limit: '3',
    },
    expects: 'records',
  });
  if (!judged.ok && judged.cause !== 'forbidden' && judged.cause !== 'not_found') return stoppedBy(judged);
  const rows = rowsOf(judged);
  if (rows.some((row) => row.element_id === id && isMarked(row.value, deliveryKey))) return ok(true);
  return judged.ok && !certain ? ok(false) : yield* hasNoteInRecord(session, id, deliveryKey);
}

/**
 * Only as display values do journals show their entries, the newest first: of a long one the beginning is kept, which is no
 * JSON, but holds what was written last.
 */
function* hasNoteInRecord(session: Session, id: string, deliveryKey: string): Steps<Outcome<boolean>> {
  const judged = yield* call(session, {
    step: "read the record's work notes",
    method: 'GET',
    path: recordPath(session, id),
    query: { sysparm_fields: 'sys_id,work_notes', sysparm_display_value: 'true' },
    expects: 'text',
  });
  if (!judged.ok) return judged.cause === 'other' || judged.cause === 'unauthorized' ? stoppedBy(judged) : ok(false);
  return ok(isMarked(judged.value, deliveryKey));
}

/** Whether a line of a journal is the mark; also of one within JSON, where lines end with an escape. */
function isMarked(journal: unknown, deliveryKey: string): boolean {
  return text(journal)
    .split(/\\[rn]|["\r\n]/)
    .includes(noteMark(deliveryKey));
}
