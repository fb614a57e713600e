import type { IDataObject, ILoadOptionsFunctions, INodeProperties } from 'n8n-workflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DIALECT_NAMES } from '../../domain/dialects/wires.ts';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { TriggerNode } from '../../test/n8n/trigger-node.ts';
import { waybillServer } from '../../test/n8n/waybill-server.ts';
import { loadEventTypes } from './event-types.ts';
import { filterOf } from './filters.ts';
import { WaybillTrigger } from './WaybillTrigger.node.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

function optionsFor(dialect: string) {
  const server = waybillServer(gateway);
  const caller = {
    getCurrentNodeParameter: () => dialect,
    getCredentials: async () => ({ baseUrl: 'http://waybill.test', apiKey: key }),
    getNode: () => ({ name: 'The trigger' }),
    helpers: {
      httpRequestWithAuthentication: (
        _: string,
        { method, url, qs }: { method: string; url: string; qs: IDataObject },
      ) => {
        const address = new URL(url);
        for (const [name, value] of Object.entries(qs)) address.searchParams.set(name, String(value));
        return server({ method, url: address, headers: { authorization: `Bearer ${key}` }, body: undefined });
      },
    },
  };
  return loadEventTypes.call(caller as unknown as ILoadOptionsFunctions);
}

function filtersOf(filters: IDataObject) {
  return filterOf({ getNode: () => ({}) as never, getNodeParameter: () => filters });
}

test('offers the event types that the server knows, registered ones too', async () => {
  await gateway.call('PUT', '/v1/event-types/order.created', { key, body: { description: 'An order came in' } });
  expect(await optionsFor('standard')).toContainEqual({
    name: 'order.created',
    value: 'order.created',
    description: 'An order came in',
  });
  const names = (await optionsFor('flexorch')).map(({ value }) => value);
  expect(names).toEqual(['*', 'dataset.ready', 'job.completed', 'job.failed']);
  expect((await optionsFor('*')).map(({ value }) => value)).toEqual(
    expect.arrayContaining(['*', 'flexorch:job.completed', 'orion:job.completed', 'standard:order.created']),
  );
});

test('offers every dialect there is, and any', () => {
  const { properties } = new WaybillTrigger().description;
  const { options } = properties.find(({ name }: INodeProperties) => name === 'dialect') as INodeProperties;
  const values = options?.map((option) => 'value' in option && option.value);
  expect(new Set(values)).toEqual(new Set(['*', ...DIALECT_NAMES]));
});

test('filters say what an event must have; empty ones say nothing', () => {
  const nothing = { filter: null, presenceName: null, userId: null };
  expect(filtersOf({})).toEqual(nothing);
  expect(filtersOf({ presenceName: '', userId: '', match: 'any' })).toEqual(nothing);
  expect(filtersOf({ minSeverity: 'high', userId: 'u1' })).toEqual({
    filter: { match: 'all', conditions: [], minSeverity: 'high' },
    presenceName: null,
    userId: 'u1',
  });
});

test.each([
  ['equals', '12', 12],
  ['equals', '-1.5', -1.5],
  ['equals', '012', '012'],
  ['equals', '"12"', '12'],
  ['equals', 'true', true],
  ['equals', 'null', null],
  ['equals', '', ''],
  ['equals', 'a "quoted" word', 'a "quoted" word'],
  ['in', 'a, 2 ,"3"', ['a', 2, '3']],
  ['exists', 'anything', undefined],
])('the value of %s %s is %j', (operator, value, meant) => {
  const { filter } = filtersOf({ conditions: { condition: [{ field: 'order.total', operator, value }] } });
  const expected = { field: 'order.total', operator, ...(meant !== undefined && { value: meant }) };
  expect((filter as IDataObject).conditions).toEqual([expected]);
});

test('Waybill takes every operator with the values that the form gives', async () => {
  const { properties } = new WaybillTrigger().description;
  const operators = JSON.stringify(properties).match(
    /"value":"(?:equals|not\w+|contains|\w+With|in|\w+Than|at\w+|exists)"/g,
  );
  const condition = (operators ?? []).map((text) => ({
    field: 'a',
    operator: JSON.parse(`{${text}}`).value,
    value: '1',
  }));
  expect(condition).toHaveLength(14);
  for (const one of condition) {
    const textual = /contains|With/i.test(one.operator);
    const filters = { conditions: { condition: [{ ...one, value: textual ? 'x' : '1' }] } };
    const credential = { baseUrl: 'http://waybill.test', apiKey: key };
    const parameters = { events: ['*'], filters };
    const node = new TriggerNode(new WaybillTrigger(), { server: waybillServer(gateway), credential, parameters });
    node.url = `https://n8n.example.com/webhook/${one.operator}`;
    await node.publish();
    expect(await node.publish()).toBe(false);
  }
});
