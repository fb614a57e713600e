import type { AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { type NodeUnderTest, type Parameters, type RunOptions, runNode, searchList } from '../../test/n8n/run-node.ts';
import { WaybillRoute } from './WaybillRoute.node.ts';

let gateway: TestGateway;
let node: NodeUnderTest;
let key: string;
let keys = 0;
let nodes = 0;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  key = (await anOrganization(gateway)).key;
});

beforeEach(() => {
  const { port } = gateway.app.server.address() as AddressInfo;
  nodes += 1;
  const type = new WaybillRoute();
  node = { type, baseUrl: `http://127.0.0.1:${port}`, apiKey: key, nodeId: `node_${nodes}` };
});

afterAll(() => gateway.close());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });

const SAID = { title: 'Order 7 is stuck', text: 'The printer is out of paper.', subject: 'order-7', severity: 'high' };

const JIRA = {
  destination: 'jira',
  endpointFrom: 'defined',
  jiraDeployment: 'cloud',
  jiraBaseUrl: 'https://acme.atlassian.net',
  jiraEmail: 'bot@acme.example',
  jiraApiToken: 'token-of-jira',
  jiraProject: byId('DQ'),
  jiraIssueType: byId('Task'),
};

/** Under a key of its own for each run, as n8n's default is. */
function route(parameters: Parameters, options: RunOptions = {}) {
  keys += 1;
  return runNode(node, { idempotencyKey: `key-${keys}`, ...SAID, ...parameters }, options);
}

async function one(parameters: Parameters): Promise<IDataObject> {
  const [first] = await route(parameters);
  return first?.json ?? {};
}

async function api(method: 'GET' | 'POST', url: string, body?: unknown) {
  const response = await gateway.call(method, url, { key, ...(body !== undefined && { body }) });
  return response.json();
}

async function anEndpoint(body: object = {}): Promise<string> {
  const config = { via: 'webhook', webhookUrl: 'https://hooks.slack.com/services/T1/B1/secret' };
  const { id } = await api('POST', '/v1/endpoints', { destination: 'slack', dialect: 'flexorch', config, ...body });
  return id;
}

async function deliveriesTo(endpointId: unknown): Promise<IDataObject[]> {
  return (await api('GET', `/v1/deliveries?endpointId=${endpointId}`)).data;
}

function setDelivery(id: unknown, sets: string) {
  return gateway.store.db.execute(`update deliveries set ${sets} where id = '${id}'`);
}

describe('an existing endpoint', () => {
  test('alone gets the item, whatever others take, and the delivery is returned at once', async () => {
    const [wanted, other] = [await anEndpoint(), await anEndpoint({ dialect: '*' })];
    const output = await one({ destination: 'slack', endpointId: byId(wanted) });
    expect(output).toMatchObject({ endpointId: wanted, status: 'pending', attemptCount: 0 });
    expect(await deliveriesTo(wanted)).toMatchObject([{ id: output.deliveryId, eventId: output.eventId }]);
    expect(await deliveriesTo(other)).toEqual([]);
  });

  test('may be another one for each item', async () => {
    const ids = [await anEndpoint(), await anEndpoint()];
    const endpointId = (item: { to?: unknown }) => byId(item.to);
    const output = await route({ destination: 'slack', endpointId }, { items: ids.map((to) => ({ to })) });
    expect(output.map(({ json, pairedItem }) => [json.endpointId, pairedItem])).toEqual([
      [ids[0], { item: 0 }],
      [ids[1], { item: 1 }],
    ]);
  });

  test.each([
    ['without templates is titled as the item is', {}, SAID.title],
    ['with a title template says it in its own words', { title: 'Shop: {{ data.title }}' }, `Shop: ${SAID.title}`],
  ])('%s', async (_what, templates, title) => {
    const id = await anEndpoint({ templates });
    const { eventId } = await one({ destination: 'slack', endpointId: byId(id) });
    const { type, data } = await api('GET', `/v1/events/${eventId}`);
    const { requests } = await api('POST', `/v1/endpoints/${id}/preview`, { type, data });
    expect(JSON.parse(requests[0].body).text).toContain(title);
    for (const words of [SAID.text, 'High']) expect(requests[0].body).toContain(words);
    expect(requests[0].body).not.toContain('N8n message');
  });

  test('that is disabled, of another kind, unknown or not picked is refused before anything is published', async () => {
    const id = await anEndpoint();
    await expect(route({ destination: 'jira', endpointId: byId(id) })).rejects.toThrow('is of slack, not of Jira');
    await api('POST', `/v1/endpoints/${id}/disable`);
    await expect(route({ destination: 'slack', endpointId: byId(id) })).rejects.toThrow(`endpoint ${id} is disabled`);
    await expect(route({ destination: 'slack', endpointId: byId('ep_none') })).rejects.toThrow('There is no endpoint');
    await expect(route({ destination: 'slack', endpointId: byId('') })).rejects.toThrow('No endpoint is given');
    expect(await deliveriesTo(id)).toEqual([]);
  });

  test('is listed under its destination', async () => {
    const slack = await anEndpoint({ description: 'Alerts channel' });
    const found = (destination: string) =>
      searchList(node, 'searchRoutes', { parameters: { destination }, filter: 'alerts channel' });
    expect((await found('slack')).results).toEqual([{ name: 'Alerts channel (slack)', value: slack }]);
    expect((await found('jira')).results).toEqual([]);
  });
});

describe('an endpoint that the node defines', () => {
  test('is made once, used again by later runs, and matches nothing by itself', async () => {
    const first = await one(JIRA);
    const second = await one(JIRA);
    expect(second.endpointId).toBe(first.endpointId);
    await api('POST', '/v1/events', { type: 'order.created', data: {}, id: 'by-itself' });
    const { deliveries } = await api('GET', '/v1/events/by-itself');
    expect(deliveries.map((delivery: IDataObject) => delivery.endpointId)).not.toContain(first.endpointId);
    expect(await api('GET', `/v1/endpoints/${first.endpointId}`)).toMatchObject({
      destination: 'jira',
      description: expect.stringMatching(/^n8n: Orders › Waybill Route \[route [0-9a-f]{24} [0-9a-f]{16}\]$/),
      config: { project: 'DQ', apiToken: '••••' },
    });
  });

  test('of Jira makes one issue of a subject, in the words of the item, and resolves it', async () => {
    const { eventId, endpointId } = await one(JIRA);
    const previewOf = async (id: unknown) => {
      const { type, data } = await api('GET', `/v1/events/${id}`);
      const { requests } = await api('POST', `/v1/endpoints/${endpointId}/preview`, { type, data });
      return requests.map(({ body }: { body: string }) => body).join('\n');
    };
    const made = await previewOf(eventId);
    for (const words of ['"summary":"Order 7 is stuck"', SAID.text, '"name":"High"']) expect(made).toContain(words);
    const label = /wb-[0-9a-f]{40}/.exec(made)?.[0];
    const again = await previewOf((await one({ ...JIRA, title: 'Order 7 is still stuck' })).eventId);
    expect(again).toContain(label);
    const other = await previewOf((await one({ ...JIRA, subject: 'order-8' })).eventId);
    expect(other).not.toContain(label);
    const resolved = await one({ ...JIRA, resolved: true, severity: 'critical' });
    const event = await api('GET', `/v1/events/${resolved.eventId}`);
    expect(event).toMatchObject({ type: 'n8n.message.resolved', data: { severity: 'info', subject: 'order-7' } });
  });

  test('follows its settings, keeps its id, and loses what is no longer given', async () => {
    const { endpointId } = await one({ ...JIRA, jiraMore: { labels: ['old'], resolution: 'Fixed' } });
    const changed = await one({ ...JIRA, jiraApiToken: 'rotated', jiraMore: { labels: ['new'] } });
    expect(changed.endpointId).toBe(endpointId);
    const { config, version } = await api('GET', `/v1/endpoints/${endpointId}`);
    expect(config).toMatchObject({ labels: ['new'] });
    expect(config).not.toHaveProperty('resolution');
    await one({ ...JIRA, jiraApiToken: 'rotated', jiraMore: { labels: ['new'] } });
    expect((await api('GET', `/v1/endpoints/${endpointId}`)).version).toBe(version);
  });

  test('is another one for another webhook address, node or workflow', async () => {
    const teams = { destination: 'teams', endpointFrom: 'defined', teamsWebhookUrl: 'https://relay.example/a' };
    const first = (await one(teams)).endpointId;
    const elsewhere = (await one({ ...teams, teamsWebhookUrl: 'https://relay.example/b' })).endpointId;
    node.nodeId = `${node.nodeId}_copy`;
    const copy = (await one(teams)).endpointId;
    node.workflow = 'wf_2';
    const imported = (await one(teams)).endpointId;
    expect(new Set([first, elsewhere, copy, imported]).size).toBe(4);
  });

  test('is one for all later runs, though several begin at the same time', async () => {
    const ids = (await Promise.all([one(JIRA), one(JIRA), one(JIRA)])).map(({ endpointId }) => endpointId);
    const later = (await one(JIRA)).endpointId;
    expect(ids).toContain(later);
    expect((await one(JIRA)).endpointId).toBe(later);
  });

  test('that lacks a setting is refused with the field and its rule', async () => {
    await expect(route({ ...JIRA, jiraProject: byId('') })).rejects.toMatchObject({
      message: expect.stringContaining('Waybill: config.project: is required'),
      description: expect.stringContaining('“config.project” is required'),
    });
  });
});

describe('an item', () => {
  test('under the same key is sent once to an endpoint, and to another one as well', async () => {
    const [a, b] = [await anEndpoint(), await anEndpoint()];
    const send = (id: string) => one({ destination: 'slack', endpointId: byId(id), idempotencyKey: 'Größe 7 ✓' });
    const [first, again, elsewhere] = [await send(a), await send(a), await send(b)];
    expect(again.deliveryId).toBe(first.deliveryId);
    expect(elsewhere.deliveryId).not.toBe(first.deliveryId);
  });

  test.each([
    [{ title: ' ' }, 'The title is empty'],
    [{ severity: 'urgent' }, '“urgent” is no severity'],
    [{ idempotencyKey: '' }, 'The idempotency key is empty'],
  ])('with %j is refused', async (parameters, message) => {
    const endpointId = byId(await anEndpoint());
    await expect(route({ destination: 'slack', endpointId, ...parameters })).rejects.toThrow(message);
  });

  test('carries link and time, the time in the zone of the workflow', async () => {
    node.timeZone = 'Europe/Berlin';
    const options = { link: 'https://shop.example/7', occurredAt: '2026-07-01T12:00:00' };
    const { eventId } = await one({ destination: 'slack', endpointId: byId(await anEndpoint()), options });
    expect(await api('GET', `/v1/events/${eventId}`)).toMatchObject({
      occurredAt: '2026-07-01T10:00:00.000Z',
      data: { url: 'https://shop.example/7' },
    });
  });
});

describe('waiting for the outcome', () => {
  const waiting = { destination: 'slack', wait: true, waitSeconds: 30 };

  test('ends when the delivery does', async () => {
    const id = await anEndpoint();
    const run = one({ ...waiting, endpointId: byId(id) });
    await expect.poll(() => deliveriesTo(id)).toHaveLength(1);
    await setDelivery((await deliveriesTo(id))[0]?.id, "status = 'delivered', completed_at = now()");
    expect(await run).toMatchObject({ status: 'delivered', timedOut: false });
  });

  test('is bounded: what is on its way then is told as such', async () => {
    const endpointId = byId(await anEndpoint());
    expect(await one({ ...waiting, waitSeconds: 1, endpointId })).toMatchObject({ status: 'pending', timedOut: true });
  });

  test('fails the item whose delivery failed, with what to do, and only that one', async () => {
    const [good, bad] = [await anEndpoint(), await anEndpoint()];
    const items = [{ to: good }, { to: bad }];
    const parameters = { idempotencyKey: 'waits', endpointId: (item: { to?: unknown }) => byId(item.to) };
    await route({ destination: 'slack', ...parameters }, { items });
    await setDelivery((await deliveriesTo(good))[0]?.id, "status = 'delivered', completed_at = now()");
    const failed = (await deliveriesTo(bad))[0]?.id;
    await setDelivery(failed, "status = 'failed', reason = 'bad_payload', completed_at = now()");
    const run = (continueOnFail: boolean) => route({ ...waiting, ...parameters }, { items, continueOnFail });
    await expect(run(false)).rejects.toMatchObject({
      message: 'The delivery was given up: bad_payload',
      description: expect.stringContaining(`operation Resend, ID ${failed}`),
      context: { itemIndex: 1 },
    });
    expect(await run(true)).toMatchObject([
      { json: { status: 'delivered' }, pairedItem: { item: 0 } },
      { json: { error: 'The delivery was given up: bad_payload' }, pairedItem: { item: 1 } },
    ]);
  });

  test('items that could not be published keep what is said of them', async () => {
    const endpointId = byId(await anEndpoint());
    const title = (item: { title?: unknown }) => item.title;
    const items = [{ title: '' }, { title: 'Good' }];
    const output = await route({ ...waiting, waitSeconds: 1, title, endpointId }, { items, continueOnFail: true });
    expect(output).toMatchObject([
      { json: { error: 'The title is empty' }, pairedItem: { item: 0 } },
      { json: { timedOut: true }, pairedItem: { item: 1 } },
    ]);
  });
});
