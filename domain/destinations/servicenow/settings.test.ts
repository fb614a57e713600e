import { expect, test } from 'vitest';
import type { ServicenowConfig } from './config.ts';
import { servicenowDestination } from './destination.ts';

const GOOD: ServicenowConfig = {
  instanceUrl: 'https://example.service-now.com',
  username: 'waybill',
  password: 'secret',
};
const OAUTH = { auth: 'oauth', clientId: 'id', clientSecret: 'secret' } as const;
const ID = '287ebd7da9fe198100f92cc8d1d2154e';

test.each<[string, Partial<ServicenowConfig>]>([
  ['a user', {}],
  ['a slash at the end', { instanceUrl: 'https://example.service-now.com/' }],
  ['a host of their own', { instanceUrl: 'https://tickets.example.com:8443' }],
  ['a client', { ...OAUTH, username: undefined as never, password: undefined as never }],
  [
    'everything',
    { table: 'u_waybill_task', assignmentGroup: ID, callerId: ID, urgencies: { high: '1' }, fields: { u_a: 'b' } },
  ],
])('%s is fine', (_, changes) => {
  expect(servicenowDestination.check({ ...GOOD, ...changes })).toEqual([]);
});

test.each<[Partial<ServicenowConfig>, string, string]>([
  [{ instanceUrl: 'example' }, 'instanceUrl', 'must be an absolute address'],
  [
    { instanceUrl: 'https://example.service-now.com/nav_to.do?x=1' },
    'instanceUrl',
    'must be scheme and host only, such as https://example.service-now.com',
  ],
  [{ password: '' }, 'password', 'is required'],
  [{ username: 'a:b' }, 'username', 'must not hold a colon'],
  [{ auth: 'oauth', clientId: 'a' }, 'clientSecret', 'is required'],
  [{ table: 'incident^x' }, 'table', 'must be the name of a table: lower-case letters, digits and underscores'],
  [{ assignmentGroup: 'Data' }, 'assignmentGroup', 'must be a sys_id: 32 hexadecimal digits'],
  [{ callerId: 'Zoë' }, 'callerId', 'must be a sys_id: 32 hexadecimal digits'],
  [{ impacts: { low: '4' } }, 'impacts', 'must be 1, 2 or 3 for low'],
  [{ fields: { 'U Service': 'x' } }, 'fields', 'U Service is not the name of a column'],
  [{ fields: { sys_created_by: 'x' } }, 'fields', 'sys_created_by cannot be set here'],
  [{ fields: { correlation_id: 'x' } }, 'fields', 'correlation_id cannot be set here'],
  [{ fields: { work_notes: 'x' } }, 'fields', 'work_notes cannot be set here'],
])('%j is refused at %s', (changes, field, rule) => {
  expect(servicenowDestination.check({ ...GOOD, ...changes })).toEqual([{ field, rule }]);
});

test('the address names the table and holds no secret', () => {
  const url = 'https://example.service-now.com/api/now/table/incident';
  expect(servicenowDestination.address(GOOD)).toBe(url);
  expect(servicenowDestination.address({ ...GOOD, instanceUrl: `${GOOD.instanceUrl}/`, ...OAUTH })).toBe(url);
});

test('only the password and the client secret are secrets', () => {
  const secrets = servicenowDestination.fields.filter(({ secret }) => secret).map(({ name }) => name);
  expect(secrets).toEqual(['password', 'clientSecret']);
});
