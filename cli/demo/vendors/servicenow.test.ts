import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeServicenow, CANCELLED, HIBERNATING, rateLimited, type ServicenowFake } from './servicenow.ts';

let fake: ServicenowFake;

beforeEach(async () => {
  fake = await aFakeServicenow();
});
afterEach(() => fake.close());

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const { username, password } = fake.config;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${fake.url}${path}`, {
    method,
    headers: { ...JSON_HEADERS, authorization, ...headers },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : null,
  };
}

const incidents = '/api/now/table/incident';
const create = async (columns: object = {}) =>
  (await call('POST', incidents, { short_description: 'x', ...columns })).json.result;
const found = async (query: string) => {
  const { json } = await call('GET', `${incidents}?sysparm_limit=10&sysparm_query=${encodeURIComponent(query)}`);
  return json.result.map((row: Record<string, string>) => row.correlation_id);
};

describe('an encoded query', () => {
  beforeEach(async () => {
    for (const key of ['a', 'b', 'c']) await create({ correlation_id: key, description: `about ${key}` });
  });

  test.each([
    ['correlation_id=b', ['b']],
    ['correlation_id=B^state=1', ['b']],
    ['correlation_id=a^ORcorrelation_id=c^ORDERBYDESCsys_created_on', ['c', 'a']],
    ['descriptionLIKEabout^correlation_id!=b', ['a', 'c']],
    ['correlation_idINa,b', ['a', 'b']],
    ['correlation_id=none', []],
  ])('%s selects %j', async (query, keys) => {
    expect(await found(query)).toEqual(keys);
  });

  test.each(['no_such_column=b', 'correlation_id~b', 'b', ''])(
    '%s is ignored: everything comes back',
    async (query) => {
      expect(await found(query)).toEqual(['a', 'b', 'c']);
    },
  );

  test('that runs a script, or a list without a limit, is a fault', async () => {
    await found('correlation_id=javascript:gs.getUserID()');
    await call('GET', incidents);
    expect(fake.faults).toEqual(['a query runs a script', 'a list without sysparm_limit']);
  });
});

describe('a record', () => {
  test('holds strings of columns that exist, cut to their width; the rest is dropped without a word, and a fault', async () => {
    const record = await create({
      short_description: 'a'.repeat(161),
      urgency: 1,
      u_none: 'x',
      sys_id: 'mine',
      description: '[Code]',
    });
    expect(record.short_description).toHaveLength(160);
    expect(record).not.toHaveProperty('u_none');
    expect(record.sys_id).toMatch(/^[0-9a-f]{32}$/);
    expect(fake.faults).toHaveLength(5);
  });

  test('is not resolved without a code and notes, as a data policy has it', async () => {
    const { sys_id } = await create();
    const path = `${incidents}/${sys_id}`;
    expect((await call('PATCH', path, { state: '6', close_notes: 'x' })).text).toContain(
      'Data Policy Exception: The following fields are mandatory: Resolution code',
    );
    const close = { state: '6', close_notes: 'x', close_code: 'Solution provided' };
    expect((await call('PATCH', path, close)).json.result.state).toBe('6');
    await call('PATCH', path, { state: '7' });
    expect((await call('PATCH', path, { state: '2' })).text).toContain('ACL Exception Update Failed');
  });

  test('appends journal entries, and shows them as display values alone', async () => {
    const { sys_id } = await create({ work_notes: 'one' });
    await call('PATCH', `${incidents}/${sys_id}`, { work_notes: 'two' });
    const path = `${incidents}/${sys_id}?sysparm_fields=work_notes`;
    expect((await call('GET', path)).json.result).toEqual({ work_notes: '' });
    const shown = (await call('GET', `${path}&sysparm_display_value=true`)).json.result.work_notes;
    expect(shown).toMatch(/two\n\n.*\none\n\n$/);
    const journal = await call(
      'GET',
      `/api/now/table/sys_journal_field?sysparm_limit=9&sysparm_query=element_id=${sys_id}`,
    );
    expect(journal.json.result.map(({ value }: { value: string }) => value)).toEqual(['one', 'two']);
    expect(fake.things()).toEqual([{ id: sys_id, title: 'x', notes: ['one', 'two'], updates: 0, resolved: false }]);
  });
});

test.each([
  ['GET', '/api/now/table/x_none', undefined, {}, 400, 'Invalid table x_none'],
  ['GET', `${incidents}/${'0'.repeat(32)}`, undefined, {}, 404, 'No Record found'],
  ['GET', '/api/now/nothing', undefined, {}, 400, 'Requested URI does not represent any resource'],
  ['POST', '/api/now/table/sys_user', {}, {}, 403, 'ACL Exception Insert Failed'],
  ['POST', incidents, {}, { accept: '*/*' }, 400, 'not valid JSON'],
  ['POST', incidents, {}, { 'content-type': 'text/plain' }, 400, 'not valid JSON'],
  ['POST', incidents, {}, { authorization: 'Basic eDp5' }, 401, 'User Not Authenticated'],
  ['POST', incidents, {}, { authorization: 'Bearer x' }, 401, 'Required to provide Auth information'],
  ['DELETE', incidents, {}, {}, 405, 'Method not supported'],
])('%s %s %j %j is refused with %i: %s', async (method, path, body, headers, status, text) => {
  const answer = await call(method, path, body, headers);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
  expect(answer.json.status).toBe('failure');
  expect(fake.things()).toEqual([]);
});

test('an OAuth client gets a token for its secret alone, until it expires', async () => {
  const { clientId, clientSecret } = fake.oauthConfig;
  const ask = async (client_secret: unknown) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: String(clientId),
      client_secret: String(client_secret),
    };
    const response = await fetch(`${fake.url}/oauth_token.do`, {
      method: 'POST',
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    return response.json();
  };
  expect(await ask('wrong')).toEqual({ error: 'server_error', error_description: 'access_denied' });
  const { access_token } = (await ask(clientSecret)) as { access_token: string };
  const path = `${incidents}?sysparm_limit=1`;
  expect((await call('GET', path, undefined, { authorization: `Bearer ${access_token}` })).status).toBe(200);
  fake.expireTokens();
  expect((await call('GET', path, undefined, { authorization: `Bearer ${access_token}` })).status).toBe(401);
});

test('answers that are scripted: done and cancelled, throttled with four headers, a page', async () => {
  fake.script([CANCELLED, rateLimited(60, 1_700_000_060), HIBERNATING]);
  expect((await call('POST', incidents, { short_description: 'x' })).text).toContain('Transaction cancelled');
  const throttled = await call('POST', incidents, { short_description: 'x' });
  const names = ['retry-after', 'x-ratelimit-limit', 'x-ratelimit-reset', 'x-ratelimit-rule'];
  expect([throttled.status, ...names.map((name) => throttled.headers.has(name))]).toEqual([
    429,
    true,
    true,
    true,
    true,
  ]);
  expect((await call('POST', incidents, {})).text).toContain('Hibernating');
  expect(fake.things()).toHaveLength(1);
});

test('events are taken without a look; what no alert could be made of is a fault', async () => {
  const good = {
    source: 's',
    message_key: 'k',
    severity: '1',
    description: 'd\nmore',
    time_of_event: '2024-01-15 10:30:00',
    additional_info: '{}',
  };
  const records = [good, { ...good, severity: '0', resolution_state: 'Closing' }, { severity: 7 }];
  expect((await call('POST', '/api/global/em/jsonv2', { records })).status).toBe(200);
  expect(fake.things()[0]).toEqual({ id: 'k', title: 'd', notes: [], updates: 1, resolved: true });
  expect(fake.faults).toHaveLength(5);
});
