import type { IDataObject, INodeType } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { PRODUCTION_URL, TEST_URL, type TestServer, TriggerNode } from '../../test/n8n/trigger-node.ts';
import { waybillServer } from '../../test/n8n/waybill-server.ts';
import { FlexOrchTrigger } from '../FlexOrchTrigger/FlexOrchTrigger.node.ts';
import { FlowcertaTrigger } from '../FlowcertaTrigger/FlowcertaTrigger.node.ts';
import { FltrTrigger } from '../FltrTrigger/FltrTrigger.node.ts';
import { JobStatusTrigger } from '../JobStatusTrigger/JobStatusTrigger.node.ts';
import { OrionTrigger } from '../OrionTrigger/OrionTrigger.node.ts';
import { WaybillTrigger } from '../WaybillTrigger/WaybillTrigger.node.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  ({ key } = await anOrganization(gateway));
});

interface Case {
  dialect: string;
  trigger: INodeType;
  path: string;
  parameters: IDataObject;
  changed: IDataObject;
  /** The endpoint as Waybill has it. */
  endpoint: IDataObject;
}

const CASES: Case[] = [
  {
    dialect: 'standard',
    trigger: new WaybillTrigger(),
    path: '',
    parameters: { events: ['order.created'], filters: { minSeverity: 'high', userId: 'u1' } },
    changed: { events: ['order.created', 'order.paid'] },
    endpoint: {
      eventTypes: ['order.created'],
      userId: 'u1',
      filter: { match: 'all', conditions: [], minSeverity: 'high' },
      description: 'n8n: The trigger in My workflow',
    },
  },
  {
    dialect: 'flexorch',
    trigger: new FlexOrchTrigger(),
    path: '/flexorch',
    parameters: { events: ['job.completed', 'dataset.ready'] },
    changed: { events: ['job.failed'] },
    endpoint: { eventTypes: ['job.completed', 'dataset.ready'] },
  },
  {
    dialect: 'orion',
    trigger: new OrionTrigger(),
    path: '/orion/',
    parameters: { presenceName: 'job-notifications', events: 'job.completed, job.failed', userId: 'u1' },
    changed: { presenceName: '' },
    endpoint: { presenceName: 'job-notifications', eventTypes: ['job.completed', 'job.failed'], userId: 'u1' },
  },
  {
    dialect: 'fltr',
    trigger: new FltrTrigger(),
    path: '/fltr',
    parameters: { events: ['document.processed'] },
    changed: { events: ['document.uploaded'] },
    endpoint: { eventTypes: ['document.processed'] },
  },
  {
    dialect: 'job-status',
    trigger: new JobStatusTrigger(),
    path: '/job-status',
    parameters: { events: ['job.completed'] },
    changed: { events: ['job.failed'] },
    endpoint: { eventTypes: ['job.completed'] },
  },
  {
    dialect: 'flowcerta',
    trigger: new FlowcertaTrigger(),
    path: '/flowcerta',
    parameters: { events: ['validation.completed'], target: 'slack' },
    changed: { target: 'generic' },
    endpoint: { eventTypes: ['validation.completed'], options: { target: 'slack' } },
  },
];

function aNode({ trigger, path, parameters }: Case, server: TestServer = waybillServer(gateway)): TriggerNode {
  const credential = { baseUrl: `http://waybill.test${path}`, apiKey: key };
  return new TriggerNode(trigger, { server, credential, parameters: { ...parameters } });
}

async function endpoints(): Promise<IDataObject[]> {
  return (await gateway.call('GET', '/v1/endpoints', { key })).json().data;
}

async function onlyEndpoint(): Promise<IDataObject> {
  const all = await endpoints();
  expect(all).toHaveLength(1);
  return all[0] ?? {};
}

describe.each(CASES)('the $dialect trigger in Waybill', (one) => {
  test('publishing registers an acknowledging endpoint with its settings, unpublishing takes it away', async () => {
    const node = aNode(one);
    expect(await node.publish()).toBe(true);
    expect(await onlyEndpoint()).toMatchObject({
      ...one.endpoint,
      dialect: one.dialect,
      url: PRODUCTION_URL,
      acknowledge: 'echo',
      disabled: false,
    });
    await node.unpublish();
    expect(await endpoints()).toEqual([]);
    expect(node.staticData).toEqual({});
  });

  test('publishing again registers nothing new, and neither does a second call to create', async () => {
    const node = aNode(one);
    await node.publish();
    const { id } = await onlyEndpoint();
    expect(await node.publish()).toBe(false);
    await node.create();
    expect((await onlyEndpoint()).id).toBe(id);
  });

  test('an endpoint of this address that was left or made by hand is adopted: the same, but ours', async () => {
    const { id } = (
      await gateway.call('POST', '/v1/endpoints', { key, body: { url: PRODUCTION_URL, dialect: one.dialect } })
    ).json();
    await gateway.call('POST', `/v1/endpoints/${id}/disable`, { key });
    const node = aNode(one);
    expect(await node.publish()).toBe(true);
    expect(await onlyEndpoint()).toMatchObject({
      ...one.endpoint,
      description: '',
      id,
      acknowledge: 'echo',
      disabled: false,
    });
    expect(await node.publish()).toBe(false);
  });

  test('a registration under another address is replaced', async () => {
    const node = aNode(one);
    await node.publish();
    const { id } = await onlyEndpoint();
    node.url = 'https://moved.example.com/webhook/4ac5d9b0/webhook';
    expect(await node.publish()).toBe(true);
    const now = await onlyEndpoint();
    expect(now).toMatchObject({ url: node.url, acknowledge: 'echo' });
    expect(now.id).not.toBe(id);
  });

  test('twins of a call whose answer was lost become one', async () => {
    const first = aNode(one);
    await first.publish();
    const twin = { url: PRODUCTION_URL, dialect: one.dialect };
    await gateway.call('POST', '/v1/endpoints', { key, body: twin });
    await aNode(one).publish();
    await onlyEndpoint();
  });

  test('an endpoint that was disabled, deleted or changed meanwhile is put right', async () => {
    const node = aNode(one);
    await node.publish();
    const path = async () => `/v1/endpoints/${(await onlyEndpoint()).id}`;
    await gateway.call('POST', `${await path()}/disable`, { key });
    expect(await node.publish()).toBe(true);
    expect((await onlyEndpoint()).disabled).toBe(false);
    await gateway.call('DELETE', await path(), { key });
    expect(await node.publish()).toBe(true);
    await onlyEndpoint();
    Object.assign(node.setting.parameters, one.changed);
    expect(await node.publish()).toBe(true);
    await onlyEndpoint();
    expect(await node.publish()).toBe(false);
  });

  test('listening for a test event has an endpoint of its own beside production', async () => {
    const node = aNode(one);
    await node.publish();
    const test = node.listening();
    await test.publish();
    expect((await endpoints()).map(({ url }) => url)).toEqual([TEST_URL, PRODUCTION_URL]);
    await test.unpublish();
    expect((await onlyEndpoint()).url).toBe(PRODUCTION_URL);
    expect(await node.publish()).toBe(false);
  });

  test('no secret is in the static data', async () => {
    const node = aNode(one);
    await node.publish();
    const kept = JSON.stringify(node.staticData);
    expect(kept).not.toContain(key);
    expect(kept).not.toMatch(/whsec_|secret/i);
    expect(node.staticData.registration).toMatchObject({ waybill: true, sealed: null });
  });

  test('with Waybill down publishing says so, and works once it is back', async () => {
    let up = false;
    const server: TestServer = async (request) => {
      if (!up) throw new Error('connect ECONNREFUSED 127.0.0.1:8420');
      return waybillServer(gateway)(request);
    };
    const node = aNode(one, server);
    await expect(node.publish()).rejects.toThrow(/does not answer at http:\/\/waybill\.test/);
    // n8n cleans up after a failed create.
    await node.unpublish();
    up = true;
    expect(await node.publish()).toBe(true);
    await onlyEndpoint();
  });

  test('a wrong key and a refused address are told with what to do', async () => {
    const stranger = aNode(one);
    stranger.setting.credential.apiKey = `wb_${'x'.repeat(43)}`;
    await expect(stranger.publish()).rejects.toMatchObject({
      message: expect.stringContaining('answered 401'),
      description: expect.stringContaining('Check the API key of the credential.'),
    });
    const odd = aNode(one);
    odd.url = 'ftp://n8n.example.com/webhook';
    await expect(odd.publish()).rejects.toMatchObject({
      message: expect.stringContaining('answered 422'),
      description: expect.stringContaining('url'),
    });
  });

  test('unpublishing what is gone already is no fault, and one that fails can be tried again', async () => {
    const node = aNode(one);
    await node.publish();
    const { id } = await onlyEndpoint();
    await gateway.call('DELETE', `/v1/endpoints/${id}`, { key });
    await node.unpublish();
    expect(node.staticData).toEqual({});
    await node.publish();
    const { apiKey } = node.setting.credential;
    node.setting.credential.apiKey = 'wb_wrong';
    await expect(node.unpublish()).rejects.toThrow(/answered 401/);
    node.setting.credential.apiKey = apiKey;
    await node.unpublish();
    expect(await endpoints()).toEqual([]);
  });
});

test.each(CASES)(
  'while the editor listens, the $dialect trigger’s endpoint is lent, and renewed if n8n died',
  async (one) => {
    await aNode(one).listening().publish();
    const left = await onlyEndpoint();
    const lent = { mode: 'test', retryDelaysMs: [], acknowledge: 'echo' };
    expect(left).toMatchObject(lent);
    const again = aNode(one).listening();
    await again.publish();
    const renewed = await onlyEndpoint();
    expect(renewed).toMatchObject({ ...lent, url: left.url });
    expect(renewed.id).not.toBe(left.id);
    await again.unpublish();
    expect(await endpoints()).toEqual([]);
  },
);

test('FlexOrch: the dataset is exported before dataset.ready is sent, if asked', async () => {
  const connector = {
    name: 'Exports',
    endpoint_url: 'https://s3.example.com',
    region: 'us-east-1',
    bucket: 'bucket',
    access_key_id: 'a',
    secret_access_key: 's',
    path_style: true,
  };
  const made = await gateway.call('POST', '/flexorch/v1/connectors', {
    key: null,
    headers: { 'x-api-key': key },
    body: connector,
  });
  expect(made.statusCode).toBe(201);
  const parameters = { events: ['dataset.ready'], autoExport: true, connectorId: 1, format: 'csv', prefix: 'out/' };
  const node = aNode({ ...(CASES[1] as Case), parameters });
  await node.publish();
  expect((await onlyEndpoint()).options).toEqual({ autoExport: { connectorId: 1, format: 'csv', prefix: 'out/' } });
  expect(await node.publish()).toBe(false);
});

test('FLTR: listening asks for a test event of the first type, production does not', async () => {
  const node = aNode(CASES[3] as Case);
  await node.publish();
  const events = async () => (await gateway.call('GET', '/v1/events', { key })).json().data;
  expect(await events()).toEqual([]);
  await node.listening().publish();
  expect(await events()).toMatchObject([{ type: 'document.processed', dialect: 'fltr' }]);
  const quiet = aNode({ ...(CASES[3] as Case), parameters: { events: ['document.processed'], sendTestEvent: false } });
  await quiet.listening().publish();
  expect(await events()).toHaveLength(1);
});

test('a list of several pages is read to its end', async () => {
  for (let i = 0; i < 101; i += 1) {
    const body = { url: `https://other.example.com/${i}`, dialect: 'flowcerta' };
    await gateway.call('POST', '/v1/endpoints', { key, body });
  }
  const node = aNode(CASES[5] as Case);
  await node.publish();
  expect(await node.publish()).toBe(false);
  for (let i = 0; i < 101; i += 1) {
    const body = { url: `https://later.example.com/${i}`, dialect: 'flowcerta' };
    await gateway.call('POST', '/v1/endpoints', { key, body });
  }
  expect(await node.publish()).toBe(false);
});
