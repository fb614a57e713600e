import type { ConfigFault } from '../destination.ts';
import type { Severity } from '../message.ts';
import type { ServicenowConfig } from './config.ts';

/** A configuration with every absent value filled in. */
export interface Settings {
  /** Scheme and host, without a slash at the end. */
  instance: string;
  credentials:
    | { auth: 'basic'; username: string; password: string }
    | { auth: 'oauth'; clientId: string; clientSecret: string };
  mode: 'table' | 'event';
  table: string;
  /** Columns of new records that do not depend on the message; empty ones left out. */
  columns: Readonly<Record<string, string>>;
  urgencies: Readonly<Record<Severity, string>>;
  impacts: Readonly<Record<Severity, string>>;
  createResolved: boolean;
  /** Empty: a record is never resolved. */
  resolvedState: string;
  /** Empty: none is sent. */
  closeCode: string;
  /** Empty: a record is never reopened. */
  reopenedState: string;
  eventSource: string;
  /** Empty: none is sent. */
  eventNode: string;
}

/** Urgency and impact give the priority: 1/1 is Critical, 3/3 Planning. Source: ServiceNow's default priority lookup rules. */
const URGENCIES: Readonly<Record<Severity, string>> = { critical: '1', high: '1', medium: '2', low: '2', info: '3' };
const IMPACTS: Readonly<Record<Severity, string>> = { critical: '1', high: '2', medium: '2', low: '3', info: '3' };

/** What `incident` has and other tables have otherwise, or not at all. */
const OF_INCIDENTS = { resolvedState: '6', closeCode: 'Solution provided', reopenedState: '2' };
const OF_OTHERS = { resolvedState: '', closeCode: '', reopenedState: '' };

const SYS_ID = /^[0-9a-f]{32}$/i;
const NAME = /^[a-z][a-z0-9_]{0,79}$/;
/** Waybill's own, the system's, or appended to at every write. */
const RESERVED = /^(sys_.*|correlation_(id|display)|number|state|close_(code|notes)|work_notes|comments|priority)$/;

/** Takes configurations that lack things, as pickers of forms have them. */
export function settingsOf(config: Partial<ServicenowConfig>): Settings {
  const table = config.table || 'incident';
  const usual = table === 'incident' ? OF_INCIDENTS : OF_OTHERS;
  const { assignmentGroup, category, callerId, fields } = config;
  const columns = { assignment_group: assignmentGroup, category, caller_id: callerId, ...fields };
  return {
    instance: URL.parse(config.instanceUrl ?? '')?.origin ?? '',
    credentials:
      config.auth === 'oauth'
        ? { auth: 'oauth', clientId: config.clientId ?? '', clientSecret: config.clientSecret ?? '' }
        : { auth: 'basic', username: config.username ?? '', password: config.password ?? '' },
    mode: config.mode ?? 'table',
    table,
    columns: Object.fromEntries(Object.entries(columns).filter(([, text]) => text)) as Record<string, string>,
    urgencies: { ...URGENCIES, ...config.urgencies },
    impacts: { ...IMPACTS, ...config.impacts },
    createResolved: config.createResolved ?? false,
    resolvedState: config.resolvedState || usual.resolvedState,
    closeCode: config.closeCode || usual.closeCode,
    reopenedState: config.reopen === false ? '' : config.reopenedState || usual.reopenedState,
    eventSource: config.eventSource || 'Waybill',
    eventNode: config.eventNode ?? '',
  };
}

/** What is missing for any request to be made. */
export function credentialFaults(config: Partial<ServicenowConfig>): ConfigFault[] {
  const needed =
    config.auth === 'oauth' ? (['clientId', 'clientSecret'] as const) : (['username', 'password'] as const);
  const missing = needed.filter((name) => !config[name]);
  const faults = missing.map((field): ConfigFault => ({ field, rule: 'is required' }));
  // A user name ends at its first colon in HTTP's basic authentication.
  if (config.auth !== 'oauth' && config.username?.includes(':')) {
    faults.push({ field: 'username', rule: 'must not hold a colon' });
  }
  return [...instanceFaults(config.instanceUrl), ...faults];
}

/** What is wrong with a configuration as a whole, its fields being of their kinds. */
export function configFaults(config: ServicenowConfig): ConfigFault[] {
  const faults = credentialFaults(config);
  if (config.table && !NAME.test(config.table)) {
    faults.push({ field: 'table', rule: 'must be the name of a table: lower-case letters, digits and underscores' });
  }
  for (const field of ['assignmentGroup', 'callerId'] as const) {
    const id = config[field];
    if (id && !SYS_ID.test(id)) faults.push({ field, rule: 'must be a sys_id: 32 hexadecimal digits' });
  }
  for (const field of ['urgencies', 'impacts'] as const) {
    const wrong = Object.entries(config[field] ?? {}).find(([, level]) => !/^[123]$/.test(level));
    if (wrong) faults.push({ field, rule: `must be 1, 2 or 3 for ${wrong[0]}` });
  }
  for (const column of Object.keys(config.fields ?? {})) {
    if (!NAME.test(column)) faults.push({ field: 'fields', rule: `${column} is not the name of a column` });
    else if (RESERVED.test(column)) faults.push({ field: 'fields', rule: `${column} cannot be set here` });
  }
  return faults;
}

function instanceFaults(instanceUrl: string | undefined): ConfigFault[] {
  const url = URL.parse(instanceUrl ?? '');
  if (url === null) return [{ field: 'instanceUrl', rule: 'must be an absolute address' }];
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare
    ? []
    : [{ field: 'instanceUrl', rule: 'must be scheme and host only, such as https://example.service-now.com' }];
}
