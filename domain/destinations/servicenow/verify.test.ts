import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HIBERNATING } from '../../../cli/demo/vendors/servicenow.ts';
import { type ServicenowRuns, servicenowRuns } from '../../../test/destinations/servicenow-runs.ts';
import type { ServicenowConfig } from './config.ts';
import { servicenowDestination } from './destination.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  const changing = runs.fake.requests.filter(({ method, path }) => method !== 'GET' && path !== '/oauth_token.do');
  expect(changing).toEqual([]);
  expect(runs.fake.faults).toEqual([]);
  await runs.close();
});

const verify = (changes: Partial<ServicenowConfig> = {}) =>
  runs.run(servicenowDestination.verify({ ...runs.config, ...changes }, runs.tokens));
const options = (field: string, changes: Partial<ServicenowConfig> = {}) => {
  const load = servicenowDestination.options[field];
  if (!load) throw new Error(`no options of ${field}`);
  return runs.run(load({ ...runs.config, ...changes }, runs.tokens));
};
const aRecord = () => runs.fake.tables.insert('incident', { state: '1', short_description: 'x' });
const UNKNOWN_ID = 'f'.repeat(32);

describe('a look at the instance', () => {
  test('says what it found', async () => {
    aRecord();
    const found = [
      'signed in as waybill',
      'table incident',
      'assignment group Data platform',
      'category software',
      'resolution code Solution provided',
    ];
    expect(await verify()).toEqual({ ok: true, found, faults: [] });
  });

  test('signs in as an OAuth client too', async () => {
    const result = await verify(runs.fake.oauthConfig as Partial<ServicenowConfig>);
    expect(result).toMatchObject({
      ok: true,
      found: ['signed in as an OAuth client', 'table incident', ...result.found.slice(2)],
    });
  });

  test.each<[Partial<ServicenowConfig>, string, RegExp]>([
    [{ password: 'wrong' }, 'password', /does not accept the credentials/],
    [{ auth: 'oauth', clientId: 'x', clientSecret: 'wrong' }, 'clientSecret', /check client ID and secret/],
    [{ password: '' }, 'password', /is required/],
    [{ table: 'x_none' }, 'table', /there is no table x_none/],
    [{ table: 'u_log', assignmentGroup: '', category: '' }, 'table', /has no column correlation_id/],
    [{ assignmentGroup: UNKNOWN_ID }, 'assignmentGroup', /none with this sys_id/],
    [{ callerId: UNKNOWN_ID }, 'callerId', /none with this sys_id/],
    [{ category: 'cats' }, 'category', /must be a value of category: software, hardware, network/],
    [{ closeCode: 'Solved (Permanently)' }, 'closeCode', /must be a value of close_code: Solution provided, /],
    [{ fields: { u_none: 'x', u_service: 'y' } }, 'fields', /^the table has no column u_none, /],
    [{ instanceUrl: 'http://127.0.0.1:9' }, 'instanceUrl', /refused/i],
  ])('%j: what is wrong, by field', async (changes, field, rule) => {
    aRecord();
    runs.fake.tables.insert('u_log', { short_description: 'x' });
    expect(await verify(changes)).toMatchObject({ ok: false, faults: [{ field, rule: expect.stringMatching(rule) }] });
  });

  test('an instance that hibernates or is not allowed', async () => {
    runs.fake.script([HIBERNATING]);
    expect(await verify()).toMatchObject({
      ok: false,
      faults: [{ field: 'instanceUrl', rule: expect.stringContaining('hibernates') }],
    });
    runs.fake.script([{ status: 403, body: { error: { message: 'User Not Authorized' } } }]);
    expect(await verify()).toMatchObject({
      ok: false,
      faults: [{ field: 'table', rule: expect.stringContaining('give it a role') }],
    });
  });

  test('what the user may not read is no fault', async () => {
    const denied = { status: 403, body: { error: { message: 'User Not Authorized' } } };
    runs.fake.script([denied, denied, denied], ({ path }) => /sys_(user_group|choice)/.test(path));
    const found = [
      'signed in as waybill',
      'table incident',
      'assignment group: not checked, the user may not read sys_user_group',
    ];
    expect(await verify()).toEqual({ ok: true, found, faults: [] });
  });

  test('of events takes it that they need not be readable', async () => {
    const config = runs.fake.eventConfig as Partial<ServicenowConfig>;
    expect(await verify(config)).toMatchObject({
      ok: true,
      found: ['signed in as waybill', 'Event Management is there'],
    });
    runs.fake.script([{ status: 403 }]);
    expect(await verify(config)).toMatchObject({ ok: true });
    runs.fake.script([{ status: 400, body: { error: { message: 'Invalid table em_event' } } }]);
    expect(await verify(config)).toMatchObject({ ok: false, faults: [{ field: 'mode' }] });
  });
});

describe('values to pick', () => {
  test('tables that extend task', async () => {
    expect(await options('table')).toEqual([
      { value: 'incident', label: 'Incident (incident)' },
      { value: 'problem', label: 'Problem (problem)' },
    ]);
  });

  test('groups that are active', async () => {
    expect(await options('assignmentGroup')).toEqual([{ value: runs.config.assignmentGroup, label: 'Data platform' }]);
  });

  test('choices of the configured table, once in whatever languages', async () => {
    const german = {
      name: 'incident',
      element: 'category',
      value: 'software',
      label: 'Programme',
      inactive: 'false',
      sequence: '2',
    };
    runs.fake.tables.insert('sys_choice', german);
    const values = ['software', 'hardware', 'network'].map((value) => ({ value, label: value }));
    expect(await options('category')).toEqual(values);
    expect(await options('category', { table: 'problem' })).toEqual([]);
    expect(await options('closeCode')).toHaveLength(3);
  });

  test('a thousand at most', async () => {
    for (let index = 0; index < 1_100; index++) {
      runs.fake.tables.insert('sys_user_group', { name: `Group ${String(index).padStart(4, '0')}`, active: 'true' });
    }
    expect(await options('assignmentGroup')).toHaveLength(1_000);
    expect(runs.steps).toHaveLength(5);
  });

  test('need an address and credentials, and say what is wrong with them', async () => {
    expect(await options('table', { username: '' })).toEqual({ field: 'username', rule: 'is required' });
    expect(await options('table', { password: 'wrong' })).toMatchObject({
      field: 'password',
      rule: expect.stringContaining('credentials'),
    });
  });
});
