import { type FakeAnswer, startFakeServer } from './fake-server.ts';
import type { Row } from './servicenow-query.ts';
import { failure, ServicenowTables } from './servicenow-tables.ts';
import type { Scripted, VendorFake, VendorRequest, VendorThing } from './vendor-fake.ts';

/** An instance with Table API, Event Management and OAuth. */
export interface ServicenowFake extends VendorFake {
  /** A configuration that signs in as an OAuth client. */
  oauthConfig: Record<string, unknown>;
  /** A configuration that sends events. */
  eventConfig: Record<string, unknown>;
  tables: ServicenowTables;
  /** Events as they arrived. */
  events: Row[];
  /** From now on access tokens given before are no longer taken. */
  expireTokens(): void;
}

/** The instance did what was asked, but goes over the time of its default quota rule before it can say so. */
export const CANCELLED: Scripted = {
  ...failure(500, 'Transaction cancelled: maximum execution time exceeded', 'Maximum execution time exceeded'),
  done: true,
};
/** What a developer instance that nobody used answers to everything. */
export const HIBERNATING: Scripted = {
  status: 200,
  headers: { 'content-type': 'text/html;charset=UTF-8' },
  body: '<!DOCTYPE html><html><title>Instance Hibernating page</title></html>',
};

const USER = { username: 'waybill', password: 'correct horse é' };
const CLIENT = { clientId: 'a1b2c3d4e5f6', clientSecret: 'client+secret/&=' };
const HOUR_S = 3_600;

/** What an exceeded rule of ten requests an hour answers, with all of its headers. */
export function rateLimited(retryAfterSeconds: number, resetsAtSeconds: number): Scripted {
  return {
    ...failure(429, 'Rate limit exceeded', 'Rate limit of 10 requests per hour for Table API exceeded'),
    headers: {
      'retry-after': String(Math.min(HOUR_S, retryAfterSeconds)),
      'x-ratelimit-limit': '10',
      'x-ratelimit-reset': String(resetsAtSeconds),
      'x-ratelimit-rule': '6d9e2f8a47d21110b3c5d5e4116d4301',
    },
  };
}

export async function aFakeServicenow(): Promise<ServicenowFake> {
  const faults: string[] = [];
  const events: Row[] = [];
  const tokens = new Set<string>();
  const tables = new ServicenowTables((fault) => void faults.push(fault));
  const group = furnish(tables);
  const server = await startFakeServer((request) => work(request, tables, events, tokens, faults));
  const basic = { instanceUrl: server.url, auth: 'basic', ...USER };
  const ofTable = { mode: 'table', table: 'incident', assignmentGroup: group, category: 'software' };
  return {
    ...server,
    config: { ...basic, ...ofTable },
    oauthConfig: { instanceUrl: server.url, auth: 'oauth', ...CLIENT, ...ofTable },
    eventConfig: { ...basic, mode: 'event', eventNode: 'orders_eu' },
    tables,
    events,
    faults,
    things: () => [...records(tables), ...alerts(events)],
    expireTokens: () => tokens.clear(),
  };
}

function furnish(tables: ServicenowTables): string {
  const choice = (element: string, value: string, inactive = 'false') =>
    tables.insert('sys_choice', {
      name: 'incident',
      element,
      value,
      label: value,
      inactive,
      language: 'en',
      sequence: '1',
    });
  for (const code of ['Solution provided', 'Workaround provided', 'No resolution provided']) choice('close_code', code);
  choice('close_code', 'Solved (Permanently)', 'true');
  for (const category of ['software', 'hardware', 'network']) choice('category', category);
  for (const name of ['incident', 'problem']) {
    tables.insert('sys_db_object', { name, label: name[0]?.toUpperCase() + name.slice(1), 'super_class.name': 'task' });
  }
  tables.insert('sys_db_object', { name: 'u_log', label: 'Log', 'super_class.name': '' });
  tables.insert('sys_user', { user_name: USER.username, name: 'Waybill' });
  tables.insert('sys_user_group', { name: 'Former team', active: 'false' });
  return tables.insert('sys_user_group', { name: 'Data platform', active: 'true' }).sys_id ?? '';
}

function work(
  request: VendorRequest,
  tables: ServicenowTables,
  events: Row[],
  tokens: Set<string>,
  faults: string[],
): FakeAnswer {
  const { pathname, searchParams } = new URL(request.path, 'http://instance');
  if (pathname === '/oauth_token.do') return token(request, tokens);
  if (!signedIn(request, tokens)) return failure(401, 'User Not Authenticated', 'Required to provide Auth information');
  const body = request.method === 'GET' ? {} : bodyOf(request);
  if (body === null) return failure(400, 'Exception while reading request', 'The payload is not valid JSON.');
  if (pathname === '/api/global/em/jsonv2') return take(body, events, faults);
  const [, name = '', id = ''] = /^\/api\/now\/table\/([a-z0-9_]+)(?:\/([0-9a-f]{32}))?$/.exec(pathname) ?? [];
  if (name === '') return failure(400, 'Requested URI does not represent any resource', pathname);
  switch (`${request.method} ${id ? 'one' : 'all'}`) {
    case 'GET all':
      return tables.list(name, searchParams);
    case 'GET one':
      return tables.read(name, id, searchParams);
    case 'POST all':
      return tables.create(name, body, searchParams);
    case 'PATCH one':
      return tables.change(name, id, body, searchParams);
    default:
      return failure(405, 'Method not supported');
  }
}

/** Null where the request lacks what the API wants of writes: both headers, and a JSON object. */
function bodyOf({ headers, body }: VendorRequest): Record<string, unknown> | null {
  const json = (value = '') => value.split(';')[0]?.trim() === 'application/json';
  if (!json(headers['content-type']) || !json(headers.accept)) return null;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

function signedIn({ headers }: VendorRequest, tokens: Set<string>): boolean {
  const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ');
  if (scheme === 'Bearer') return tokens.has(credentials);
  return scheme === 'Basic' && Buffer.from(credentials, 'base64').toString() === `${USER.username}:${USER.password}`;
}

function token({ headers, body }: VendorRequest, tokens: Set<string>): FakeAnswer {
  const form = new URLSearchParams(body);
  const good =
    headers['content-type'] === 'application/x-www-form-urlencoded' &&
    form.get('grant_type') === 'client_credentials' &&
    form.get('client_id') === CLIENT.clientId &&
    form.get('client_secret') === CLIENT.clientSecret;
  if (!good) return { status: 401, body: { error: 'server_error', error_description: 'access_denied' } };
  const access_token = `token-${crypto.randomUUID()}`;
  tokens.add(access_token);
  return { status: 200, body: { access_token, scope: 'useraccount', token_type: 'Bearer', expires_in: 1_799 } };
}

/** Events are taken without a look; what would never become an alert is a fault. */
function take(body: Record<string, unknown>, events: Row[], faults: string[]): FakeAnswer {
  for (const event of Array.isArray(body.records) ? (body.records as Row[]) : []) {
    if (Object.values(event).some((value) => typeof value !== 'string'))
      faults.push('an event has a value that is no string');
    if (!event.source || !event.message_key || !event.description) faults.push('an event lacks what an alert needs');
    if (!/^[0-5]$/.test(event.severity ?? '')) faults.push(`an event has the severity ${event.severity}`);
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(event.time_of_event ?? '')) faults.push('an event has no time');
    if (!isJson(event.additional_info)) faults.push('additional_info is no JSON');
    events.push(event);
  }
  return { status: 200, body: { result: { 'Default Bulk Endpoint': '1 events were inserted' } } };
}

function isJson(text = ''): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function records({ all, updates }: ServicenowTables): VendorThing[] {
  const notes = all.sys_journal_field?.rows ?? [];
  return [...(all.incident?.rows ?? []), ...(all.problem?.rows ?? [])].map((row) => ({
    id: row.sys_id ?? '',
    title: row.short_description ?? '',
    notes: notes.filter((note) => note.element_id === row.sys_id).map((note) => note.value ?? ''),
    updates: updates.get(row.sys_id ?? '') ?? 0,
    resolved: ['6', '7'].includes(row.state ?? ''),
  }));
}

/** One alert of all events with the same key: the last decides. */
function alerts(events: readonly Row[]): VendorThing[] {
  const byKey = Map.groupBy(events, (event) => event.message_key ?? '');
  return [...byKey].map(([id, [first, ...later]]) => {
    const last = later.at(-1) ?? first;
    const resolved = last?.severity === '0' || last?.resolution_state === 'Closing';
    return { id, title: first?.description?.split('\n')[0] ?? '', notes: [], updates: later.length, resolved };
  });
}
