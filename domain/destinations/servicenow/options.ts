import type { ConfigFault, OptionLoaders, Steps, TokenMemory } from '../destination.ts';
import type { FieldOption } from '../fields.ts';
import { call, openSession, type Session } from './api.ts';
import type { ServicenowConfig } from './config.ts';
import { faultOf } from './faults.ts';
import { rowsOf, text } from './records.ts';
import { credentialFaults, settingsOf } from './settings.ts';

type Row = Record<string, unknown>;
type Options = FieldOption[] | ConfigFault;

/** A list of options as the instance has it. */
interface Listing {
  step: string;
  table: string;
  /** Encoded query; holds no text of others. */
  query: string;
  columns: readonly string[];
  /** Whether a row is one that was asked for: conditions that an instance does not understand are ignored. */
  belongs(row: Row): boolean;
  option(row: Row): FieldOption;
}

const PAGE = 200;
const MAX_PAGES = 5;

const TABLES: Listing = {
  step: 'list tables',
  table: 'sys_db_object',
  query: 'super_class.name=task^ORname=task^ORDERBYlabel',
  columns: ['name', 'label', 'super_class.name'],
  belongs: (row) => row.name === 'task' || row['super_class.name'] === 'task',
  option: ({ name, label }) => ({ value: text(name), label: `${text(label) || text(name)} (${text(name)})` }),
};

const GROUPS: Listing = {
  step: 'list assignment groups',
  table: 'sys_user_group',
  query: 'active=true^ORDERBYname',
  columns: ['sys_id', 'name', 'active'],
  belongs: (row) => row.active === 'true',
  option: ({ sys_id, name }) => ({ value: text(sys_id), label: text(name) }),
};

export const servicenowOptions: OptionLoaders<ServicenowConfig> = {
  table: (config, tokens) => load(config, tokens, (session) => listed(session, TABLES)),
  assignmentGroup: (config, tokens) => load(config, tokens, (session) => listed(session, GROUPS)),
  category: (config, tokens) => load(config, tokens, (session) => choicesOf(session, 'category')),
  closeCode: (config, tokens) => load(config, tokens, (session) => choicesOf(session, 'close_code')),
};

/** Values of a column of the configured table; none where the choices belong to a table that it extends. */
export function choicesOf(session: Session, column: string): Steps<Options> {
  const { table } = session.settings;
  return listed(session, {
    step: `list values of ${column}`,
    table: 'sys_choice',
    query: `name=${table}^element=${column}^inactive=false^ORDERBYsequence`,
    columns: ['name', 'element', 'inactive', 'value', 'label'],
    belongs: (row) => row.name === table && row.element === column && row.inactive === 'false' && row.value !== '',
    option: ({ value, label }) => ({ value: text(value), label: text(label) || text(value) }),
  });
}

function* load(
  config: Partial<ServicenowConfig>,
  tokens: TokenMemory,
  list: (session: Session) => Steps<Options>,
): Steps<Options> {
  const [missing] = credentialFaults(config);
  return missing ?? (yield* list(openSession(settingsOf(config), tokens, 0)));
}

function* listed(session: Session, listing: Listing): Steps<Options> {
  const options = new Map<string, FieldOption>();
  for (let page = 0; page < MAX_PAGES; page++) {
    const judged = yield* call(session, {
      step: listing.step,
      method: 'GET',
      path: `/api/now/table/${listing.table}`,
      query: {
        sysparm_query: listing.query,
        sysparm_fields: listing.columns.join(','),
        sysparm_exclude_reference_link: 'true',
        sysparm_limit: String(PAGE),
        sysparm_offset: String(page * PAGE),
      },
      expects: 'records',
    });
    if (!judged.ok) return faultOf(judged, session, '');
    const rows = rowsOf(judged);
    for (const option of rows.filter(listing.belongs).map(listing.option)) {
      // The same value once per language.
      if (!options.has(option.value)) options.set(option.value, option);
    }
    // The limit counts rows before those that the user may not see are left out, so a short page need not be the last.
    if (rows.length === 0) break;
  }
  return [...options.values()];
}
