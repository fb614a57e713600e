import type { CheckResult, ConfigFault, Steps, TokenMemory } from '../destination.ts';
import type { Judged } from './answers.ts';
import { call, openSession, type Session } from './api.ts';
import type { ServicenowConfig } from './config.ts';
import { faultOf } from './faults.ts';
import { choicesOf } from './options.ts';
import { rowsOf } from './records.ts';
import { credentialFaults, settingsOf } from './settings.ts';

/** What one look found. */
interface Look {
  found: string[];
  faults: ConfigFault[];
}

/** Fields as people call them. */
const LABELS = {
  assignmentGroup: 'assignment group',
  callerId: 'caller',
  category: 'category',
  closeCode: 'resolution code',
} as const;
type Named = keyof typeof LABELS;

const NOTHING: Look = { found: [], faults: [] };

/** Reads the table, and what the configuration names by id or value; whether records may be made only making one shows. */
export function* verify(config: ServicenowConfig, tokens: TokenMemory): Steps<CheckResult> {
  const missing = credentialFaults(config);
  if (missing.length > 0) return { ok: false, found: [], faults: missing };
  const session = openSession(settingsOf(config), tokens, 0);
  const looks = session.settings.mode === 'event' ? yield* lookAtEvents(session) : yield* lookAtTable(session);
  const faults = looks.flatMap((look) => look.faults);
  return { ok: faults.length === 0, found: looks.flatMap((look) => look.found), faults };
}

function* lookAtEvents(session: Session): Steps<Look[]> {
  const judged = yield* call(session, {
    step: 'read the table of events',
    method: 'GET',
    path: '/api/now/table/em_event',
    query: { sysparm_fields: 'sys_id', sysparm_limit: '1' },
    expects: 'records',
  });
  // Who may send events need not be allowed to read them.
  if (judged.ok || judged.cause === 'forbidden')
    return [{ found: [signedIn(session), 'Event Management is there'], faults: [] }];
  return [fault(judged, session, 'mode', 'Event Management is not installed, or the user may not see it')];
}

function* lookAtTable(session: Session): Steps<Look[]> {
  const { table, columns } = session.settings;
  const wanted = ['correlation_id', ...Object.keys(columns)];
  const judged = yield* call(session, {
    step: 'read the table',
    method: 'GET',
    path: `/api/now/table/${table}`,
    query: {
      sysparm_fields: ['sys_id', ...wanted].join(','),
      sysparm_limit: '1',
      sysparm_exclude_reference_link: 'true',
    },
    expects: 'records',
  });
  if (!judged.ok) return [fault(judged, session, 'table', `there is no table ${table}, or the user may not read it`)];
  return [
    { found: [signedIn(session), `table ${table}`], faults: [] },
    columnsOf(rowsOf(judged)[0], wanted),
    yield* lookAtRecord(session, 'assignmentGroup', 'sys_user_group', columns.assignment_group),
    yield* lookAtRecord(session, 'callerId', 'sys_user', columns.caller_id),
    yield* lookAtChoice(session, 'category', 'category', columns.category),
    yield* lookAtChoice(session, 'closeCode', 'close_code', session.settings.closeCode),
  ];
}

/** An answer leaves out columns that the table lacks or the user may not read; without a row nothing can be said. */
function columnsOf(row: Record<string, unknown> | undefined, wanted: readonly string[]): Look {
  const lacking = row ? wanted.filter((column) => !(column in row)) : [];
  const ofConfig: Readonly<Record<string, string>> = {
    correlation_id: 'table',
    assignment_group: 'assignmentGroup',
    category: 'category',
    caller_id: 'callerId',
  };
  const rule = (column: string) => `the table has no column ${column}, or the user may not read it`;
  return { found: [], faults: lacking.map((column) => ({ field: ofConfig[column] ?? 'fields', rule: rule(column) })) };
}

function* lookAtRecord(session: Session, field: Named, table: string, id: string | undefined): Steps<Look> {
  if (!id) return NOTHING;
  const judged = yield* call(session, {
    step: `read the ${LABELS[field]}`,
    method: 'GET',
    path: `/api/now/table/${table}/${encodeURIComponent(id)}`,
    query: { sysparm_fields: 'sys_id,name' },
  });
  const found = (what: string): Look => ({ found: [`${LABELS[field]}${what}`], faults: [] });
  if (judged.ok) return found(` ${String((judged.value as Record<string, unknown>).name ?? id)}`);
  if (judged.cause === 'forbidden') return found(`: not checked, the user may not read ${table}`);
  return fault(judged, session, field, 'there is none with this sys_id, or the user may not see it');
}

/** A choice list that cannot be read, or is empty, says nothing: values are stored whether they are in it or not. */
function* lookAtChoice(session: Session, field: Named, column: string, value: string | undefined): Steps<Look> {
  if (!value) return NOTHING;
  const choices = yield* choicesOf(session, column);
  if (!Array.isArray(choices) || choices.length === 0) return NOTHING;
  if (choices.some((choice) => choice.value === value)) return { found: [`${LABELS[field]} ${value}`], faults: [] };
  const known = choices.slice(0, 10).map((choice) => choice.value);
  return { found: [], faults: [{ field, rule: `must be a value of ${column}: ${known.join(', ')}` }] };
}

function signedIn({ settings: { credentials } }: Session): string {
  return credentials.auth === 'basic' ? `signed in as ${credentials.username}` : 'signed in as an OAuth client';
}

/** `rule` where the request named something that is not there. */
function fault(judged: Extract<Judged, { ok: false }>, session: Session, field: string, rule: string): Look {
  const missing = judged.cause === 'not_found' || judged.cause === 'unknown_table';
  return { found: [], faults: [missing ? { field, rule } : faultOf(judged, session, field)] };
}
