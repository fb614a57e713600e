import type { FakeAnswer } from './fake-server.ts';
import { type Row, select } from './servicenow-query.ts';

/** A table and what may be done with it. */
interface Table {
  columns: ReadonlySet<string>;
  rows: Row[];
  /** Whether the user may make and change records. */
  writable: boolean;
}

type Given = Readonly<Record<string, unknown>>;

const TASK_COLUMNS = [
  ...['sys_id', 'sys_created_on', 'number', 'state', 'active', 'short_description', 'description', 'urgency', 'impact'],
  ...['priority', 'assignment_group', 'correlation_id', 'correlation_display', 'work_notes', 'comments', 'close_notes'],
];
const INCIDENT_COLUMNS = [...TASK_COLUMNS, 'caller_id', 'category', 'subcategory', 'close_code', 'u_service'];
/** Longer texts are cut without a word, as a database column does it. */
const WIDTHS: Readonly<Record<string, number>> = {
  short_description: 160,
  correlation_id: 100,
  correlation_display: 100,
};
const JOURNALS = ['work_notes', 'comments'];
const CLOSED = ['7', '8'];
/** By the sum of urgency and impact. */
const PRIORITIES = ['', '', '1', '2', '3', '4', '5'];

/** The tables of an instance, empty, and the Table API on them. */
export class ServicenowTables {
  readonly all: Readonly<Record<string, Table>>;
  /** Changes of records beside their notes, by `sys_id`. */
  readonly updates = new Map<string, number>();
  readonly #report: (fault: string) => void;
  #made = 0;

  /** `report` is told what was ignored or cut. */
  constructor(report: (fault: string) => void) {
    this.#report = report;
    const table = (columns: readonly string[], writable = false) => ({ columns: new Set(columns), rows: [], writable });
    this.all = {
      incident: table(INCIDENT_COLUMNS, true),
      problem: table([...TASK_COLUMNS, 'category'], true),
      // No task table: it lacks what records are found by.
      u_log: table(['sys_id', 'sys_created_on', 'short_description', 'description'], true),
      em_event: table(['sys_id', 'source', 'message_key', 'severity', 'resolution_state', 'description']),
      sys_journal_field: table(['sys_id', 'sys_created_on', 'name', 'element', 'element_id', 'value']),
      sys_db_object: table(['sys_id', 'name', 'label', 'super_class.name']),
      sys_user_group: table(['sys_id', 'name', 'active']),
      sys_user: table(['sys_id', 'user_name', 'name']),
      sys_choice: table(['sys_id', 'name', 'element', 'value', 'label', 'inactive', 'language', 'sequence']),
    };
  }

  /** What people or the system itself add, without the API's rules. */
  insert(name: string, cells: Row): Row {
    this.#made += 1;
    const row = {
      sys_id: this.#made.toString(16).padStart(32, '0'),
      sys_created_on: secondsAfterStart(this.#made),
      ...cells,
    };
    this.all[name]?.rows.push(row);
    return row;
  }

  remove(id: string): void {
    for (const table of Object.values(this.all)) table.rows = table.rows.filter((row) => row.sys_id !== id);
  }

  list(name: string, query: URLSearchParams): FakeAnswer {
    const table = this.all[name];
    if (!table) return invalidTable(name);
    const encoded = query.get('sysparm_query') ?? '';
    if (/javascript:/i.test(encoded)) this.#report('a query runs a script');
    if (!query.has('sysparm_limit')) this.#report('a list without sysparm_limit');
    const offset = Number(query.get('sysparm_offset') ?? 0);
    const end = offset + Number(query.get('sysparm_limit') ?? 10_000);
    const rows = select(table.rows, encoded, table.columns).slice(offset, end);
    return { status: 200, body: { result: rows.map((row) => this.#shown(table, row, query)) } };
  }

  read(name: string, id: string, query: URLSearchParams): FakeAnswer {
    const table = this.all[name];
    if (!table) return invalidTable(name);
    const row = table.rows.find(({ sys_id }) => sys_id === id);
    return row ? { status: 200, body: { result: this.#shown(table, row, query) } } : noRecord();
  }

  create(name: string, given: Given, query: URLSearchParams): FakeAnswer {
    const table = this.all[name];
    if (!table) return invalidTable(name);
    if (!table.writable) return denied('Insert');
    const refused = dataPolicy(name, given);
    if (refused) return refused;
    const number = `INC${String(10_001 + table.rows.length).padStart(7, '0')}`;
    const row = this.insert(name, table.columns.has('number') ? { number, state: '1' } : {});
    this.#write(name, row, given);
    return { status: 201, body: { result: this.#shown(table, row, query) } };
  }

  change(name: string, id: string, given: Given, query: URLSearchParams): FakeAnswer {
    const table = this.all[name];
    if (!table) return invalidTable(name);
    const row = table.rows.find(({ sys_id }) => sys_id === id);
    if (!row) return noRecord();
    if (!table.writable || row.active === 'false') return denied('Update');
    const refused = dataPolicy(name, { ...row, ...given });
    if (refused) return refused;
    const changes = Object.keys(given).some((column) => !JOURNALS.includes(column));
    if (changes) this.updates.set(id, (this.updates.get(id) ?? 0) + 1);
    this.#write(name, row, given);
    return { status: 200, body: { result: this.#shown(table, row, query) } };
  }

  /** Takes what the table has columns for; journals are appended to a table of their own. */
  #write(name: string, row: Row, given: Given): void {
    for (const [column, value] of Object.entries(given)) {
      if (!this.all[name]?.columns.has(column)) this.#report(`${name} has no column ${column}: ignored`);
      else if (column.startsWith('sys_')) this.#report(`${column} is read-only: ignored`);
      else if (typeof value !== 'string') this.#report(`${column} is no string: ignored`);
      else if (JOURNALS.includes(column)) this.#append(name, row, column, value);
      else row[column] = this.#fitting(column, value);
    }
    row.active = CLOSED.includes(row.state ?? '') ? 'false' : 'true';
    row.priority = PRIORITIES[Number(row.urgency ?? 3) + Number(row.impact ?? 3)] ?? '5';
  }

  #append(name: string, { sys_id = '' }: Row, element: string, text: string): void {
    this.insert('sys_journal_field', { name, element, element_id: sys_id, value: this.#fitting(element, text) });
  }

  #fitting(column: string, value: string): string {
    const width = WIDTHS[column] ?? 4_000;
    if (value.length > width) this.#report(`${column} is longer than ${width} characters: cut`);
    if (/\[code\]/i.test(value)) this.#report(`${column} holds [code]`);
    return value.slice(0, width);
  }

  /** The columns asked for, those that do not exist left out. Journals show their entries as display values only. */
  #shown({ columns }: Table, row: Row, query: URLSearchParams): Row {
    const wanted = query.get('sysparm_fields')?.split(',') ?? [...columns];
    const display = query.get('sysparm_display_value') === 'true';
    const cell = (column: string) => (display && JOURNALS.includes(column) ? this.#journal(row, column) : row[column]);
    return Object.fromEntries(
      wanted.filter((column) => columns.has(column)).map((column) => [column, cell(column) ?? '']),
    );
  }

  #journal(row: Row, column: string): string {
    const entries = (this.all.sys_journal_field?.rows ?? []).filter(
      ({ element_id, element }) => element_id === row.sys_id && element === column,
    );
    const texts = entries.map(({ sys_created_on, value }) => `${sys_created_on} - Waybill (Work notes)\n${value}\n\n`);
    return texts.reverse().join('');
  }
}

/** As the system writes times: the order in which rows were made shows. */
function secondsAfterStart(seconds: number): string {
  return new Date(1_700_000_000_000 + seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** Of the base system: an incident is not resolved without a code and notes. */
function dataPolicy(name: string, row: Given): FakeAnswer | undefined {
  if (name !== 'incident' || !['6', '7'].includes(String(row.state))) return undefined;
  const missing = [row.close_code ? '' : 'Resolution code', row.close_notes ? '' : 'Resolution notes'].filter(Boolean);
  const detail = `Data Policy Exception: The following fields are mandatory: ${missing.join(', ')}`;
  return missing.length > 0 ? failure(403, 'Operation Failed', detail) : undefined;
}

/** An error as the instance words it. */
export function failure(status: number, message: string, detail: string | null = null): FakeAnswer {
  return { status, body: { error: { message, detail }, status: 'failure' } };
}

function invalidTable(name: string): FakeAnswer {
  return failure(400, `Invalid table ${name}`);
}

function noRecord(): FakeAnswer {
  return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
}

function denied(what: string): FakeAnswer {
  return failure(403, 'Operation Failed', `ACL Exception ${what} Failed due to security constraints`);
}
