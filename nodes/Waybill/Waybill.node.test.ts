import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ADMIN_KEY,
  anOrganization,
  SCHEDULE,
  startTestGateway,
  type TestGateway,
} from '../../gateway/testing/test-gateway.ts';
import { type NodeUnderTest, type Parameters, type RunOptions, runNode, searchList } from '../../test/n8n/run-node.ts';
import { Waybill } from './Waybill.node.ts';

let gateway: TestGateway;
let node: NodeUnderTest;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.app.server.address() as AddressInfo;
  const { key } = await anOrganization(gateway);
  node = { type: new Waybill(), baseUrl: `http://127.0.0.1:${port}/`, apiKey: key };
});

afterAll(() => gateway.close());

function run(resource: string, operation: string, parameters: Parameters = {}, options: RunOptions = {}) {
  return runNode(node, { resource, operation, ...parameters }, options);
}

async function one(resource: string, operation: string, parameters: Parameters = {}) {
  const [first] = await run(resource, operation, parameters);
  return first?.json ?? {};
}

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });

async function anEndpoint(parameters: Parameters = {}): Promise<string> {
  const { id } = await one('endpoint', 'create', { url: 'https://receiver.example/hook', ...parameters });
  return String(id);
}

describe('events', () => {
  test('each item is published with its own data, and the output is paired with it', async () => {
    const items = [{ total: 1 }, { total: 2 }];
    const output = await run('event', 'publish', { eventType: 'order.created' }, { items });
    expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
    const [first, second] = output.map(({ json }) => json.id);
    expect(await one('event', 'get', { eventId: byId(first) })).toMatchObject({ data: { total: 1 } });
    expect(await one('event', 'get', { eventId: byId(second) })).toMatchObject({ data: { total: 2 } });
  });

  test('published once under a key from the item, an item that comes again is the same event', async () => {
    const parameters = { eventType: 'order.created', idempotencyKey: (item: { id?: unknown }) => item.id };
    const items = [{ id: 'order-7' }, { id: 'order-7' }, { id: 'order-8' }];
    const ids = (await run('event', 'publishOnce', parameters, { items })).map(({ json }) => json.id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('takes data as JSON, dialect, ID, receivers, and times in the zone of the workflow', async () => {
    const endpointId = await anEndpoint();
    node.timeZone = 'Europe/Berlin';
    const { id } = await one('event', 'publish', {
      eventType: 'job.completed',
      dataFrom: 'json',
      data: '{"job_id": "job_1"}',
      additionalFields: { dialect: 'orion', id: 'evt-own', to: ` ${endpointId} ,`, occurredAt: '2026-07-01T12:00:00' },
    });
    node.timeZone = 'UTC';
    expect(id).toBe('evt-own');
    const event = await one('event', 'get', { eventId: byId('evt-own') });
    expect(event).toMatchObject({
      dialect: 'orion',
      data: { job_id: 'job_1' },
      occurredAt: '2026-07-01T10:00:00.000Z',
      deliveries: [{ endpointId }],
    });
  });

  test('lists by filters, up to the limit or all of them over several pages', async () => {
    const items = Array.from({ length: 130 }, (_, n) => ({ n }));
    await run('event', 'publish', { eventType: 'page.turned' }, { items });
    const filters = { type: 'page.turned' };
    expect(await run('event', 'getAll', { filters, limit: 7 })).toHaveLength(7);
    const all = await run('event', 'getAll', { filters, returnAll: true });
    expect(new Set(all.map(({ json }) => json.id)).size).toBe(130);
    expect(await run('event', 'getAll', { filters, limit: 110 })).toHaveLength(110);
  });

  test('lists only what nobody takes', async () => {
    await run('event', 'publish', { eventType: 'nobody.listens', additionalFields: { dialect: 'orion' } });
    const [listed] = await run('event', 'getAll', { filters: { type: 'nobody.listens', unmatched: true } });
    expect(listed?.json).toMatchObject({ unmatched: 'no_endpoint' });
  });
});

describe('deliveries', () => {
  async function aDelivery(): Promise<string> {
    const to = await anEndpoint({ eventTypes: 'nothing.else' });
    const { id } = await one('event', 'publish', { eventType: 'order.paid', additionalFields: { to } });
    const [found] = await run('delivery', 'getAll', { filters: { eventId: id } });
    return String(found?.json.id);
  }

  test('are listed and read with their attempts, simplified unless all is wanted', async () => {
    const id = await aDelivery();
    const simple = await one('delivery', 'get', { deliveryId: byId(id) });
    expect(simple).toMatchObject({ id, status: 'pending', attempts: [] });
    expect(simple).not.toHaveProperty('workflowId');
    expect(await one('delivery', 'get', { deliveryId: byId(id), simplify: false })).toHaveProperty('workflowId');
  });

  test('are retried now, cancelled, and resent', async () => {
    const deliveryId = byId(await aDelivery());
    expect(await one('delivery', 'retryNow', { deliveryId })).toMatchObject({ status: 'pending' });
    expect(await one('delivery', 'cancel', { deliveryId })).toMatchObject({ status: 'cancelled' });
    expect(await one('delivery', 'resend', { deliveryId })).toMatchObject({ status: 'pending' });
  });

  test('what their state does not allow is said, with what to do instead', async () => {
    const deliveryId = byId(await aDelivery());
    await expect(run('delivery', 'resend', { deliveryId })).rejects.toMatchObject({
      message: expect.stringContaining('The delivery is pending'),
      description: expect.stringContaining('Retry Now is for pending ones'),
      httpCode: '409',
      context: { itemIndex: 0 },
    });
  });
});

describe('endpoints', () => {
  test('are created with every setting, and the secret is returned this once', async () => {
    const created = await one('endpoint', 'create', {
      url: 'https://receiver.example/a',
      dialect: '*',
      eventTypes: 'job.*, dataset.ready',
      simplify: false,
      settings: {
        description: 'All settings',
        presenceName: 'p',
        userId: 'u',
        filter: '{"conditions": [{"field": "total", "operator": "greaterThan", "value": 3}]}',
        retryDelays: '5, 60',
        timeoutMs: 5000,
        maxConcurrency: 2,
        ratePerSecond: 3,
        maxPerHour: 0,
        alertFailureShare: 0.2,
        disableFailureShare: 0.9,
        acknowledge: true,
        headers: { entries: [{ name: 'X-Team', value: 'data' }] },
        basicAuth: { user: { username: 'ada', password: 'pass' } },
      },
    });
    expect(created).toMatchObject({
      dialect: '*',
      eventTypes: ['job.*', 'dataset.ready'],
      description: 'All settings',
      presenceName: 'p',
      userId: 'u',
      filter: { match: 'all', conditions: [{ field: 'total', operator: 'greaterThan', value: 3 }], minSeverity: null },
      retryDelaysMs: [5_000, 60_000],
      timeoutMs: 5_000,
      maxConcurrency: 2,
      ratePerSecond: 3,
      maxPerHour: null,
      alertFailureShare: 0.2,
      disableFailureShare: 0.9,
      acknowledge: 'echo',
      headers: [{ name: 'X-Team', value: '••••' }],
      basicAuth: { username: 'ada' },
      secret: expect.stringMatching(/^whsec_/),
    });
  });

  test('of Jira are created from the fields that the API declares', async () => {
    const created = await one('endpoint', 'create', {
      destination: 'jira',
      dialect: '*',
      jiraDeployment: 'cloud',
      jiraBaseUrl: 'https://acme.atlassian.net',
      jiraEmail: 'bot@acme.example',
      jiraApiToken: 'token-of-jira',
      jiraProject: byId('DQ'),
      jiraIssueType: byId('Task'),
      jiraMore: {
        labels: ['n8n', ''],
        priorities: { entries: [{ name: 'critical', value: 'Blocker' }] },
        assignee: { __rl: true, mode: 'id', value: 'abc' },
      },
      simplify: false,
    });
    expect(created).toMatchObject({
      destination: 'jira',
      config: {
        deployment: 'cloud',
        project: 'DQ',
        issueType: 'Task',
        apiToken: '••••',
        labels: ['n8n'],
        priorities: { critical: 'Blocker' },
        assignee: 'abc',
      },
    });
  });

  test('of Slack and ServiceNow have the settings that go with what is chosen, and keep none that do not', async () => {
    const slack = { destination: 'slack', slackVia: 'bot', slackBotToken: 'xoxb-1', slackChannel: byId('C0123ABC456') };
    const bot = await one('endpoint', 'create', { ...slack, slackMore: { updates: 'thread' }, simplify: false });
    expect(bot.config).toEqual({ via: 'bot', botToken: '••••', channel: 'C0123ABC456', updates: 'thread' });
    const webhook = { slackVia: 'webhook', slackWebhookUrl: 'https://hooks.slack.com/services/T1/B1/secret' };
    const plain = await one('endpoint', 'create', {
      ...slack,
      ...webhook,
      slackMore: { updates: 'thread' },
      simplify: false,
    });
    expect(plain.config).toEqual({ via: 'webhook', webhookUrl: '••••' });
    const servicenow = await one('endpoint', 'create', {
      destination: 'servicenow',
      servicenowInstanceUrl: 'https://acme.service-now.com',
      servicenowAuth: 'oauth',
      servicenowUsername: 'left over',
      servicenowClientId: 'c',
      servicenowClientSecret: 's',
      servicenowMore: { table: byId('problem'), reopen: false },
      simplify: false,
    });
    expect(servicenow.config).toMatchObject({ auth: 'oauth', clientId: 'c', table: 'problem', reopen: false });
    expect(servicenow.config).not.toHaveProperty('username');
  });

  test('are read, listed, changed in what is given, and deleted', async () => {
    const endpointId = byId(await anEndpoint({ eventTypes: 'a.b', settings: { description: 'Before' } }));
    await one('endpoint', 'update', { endpointId, settings: { description: 'After', ratePerSecond: 4 } });
    expect(await one('endpoint', 'get', { endpointId, simplify: false })).toMatchObject({
      description: 'After',
      ratePerSecond: 4,
      eventTypes: ['a.b'],
    });
    const listed = await run('endpoint', 'getAll', { returnAll: true });
    expect(listed.map(({ json }) => json.id)).toContain(endpointId.value);
    expect(await one('endpoint', 'delete', { endpointId })).toEqual({ deleted: true });
    await expect(run('endpoint', 'get', { endpointId })).rejects.toThrow('Waybill: There is no endpoint of this id.');
  });

  test('are rotated, tested, previewed, disabled and enabled', async () => {
    const endpointId = byId(await anEndpoint());
    const rotated = await one('endpoint', 'rotateSecret', { endpointId, rotation: { overlapSeconds: 0 } });
    expect(rotated.secret).toMatch(/^whsec_/);
    const { id } = await one('endpoint', 'test', { endpointId, eventChoice: { type: 'a.b', data: '{"x": 1}' } });
    expect(await one('event', 'get', { eventId: byId(id) })).toMatchObject({ type: 'a.b', test: true, data: { x: 1 } });
    expect(await one('endpoint', 'preview', { endpointId })).toMatchObject({
      requests: [{ url: 'https://receiver.example/hook' }],
    });
    expect(await one('endpoint', 'disable', { endpointId })).toMatchObject({ disabled: true });
    expect(await one('endpoint', 'enable', { endpointId })).toMatchObject({ disabled: false });
  });

  test('of Teams are checked by the form of their address', async () => {
    const teamsWebhookUrl = 'https://relay.example/teams/1';
    const id = await anEndpoint({ destination: 'teams', teamsWebhookUrl });
    expect(await one('endpoint', 'check', { endpointId: byId(id) })).toMatchObject({ ok: true, resumed: false });
  });
});

test('sources are created with an address, changed, given a new address, listed with what arrived, and deleted', async () => {
  const created = await one('source', 'create', { dialect: 'fltr', additionalFields: { name: 'FLTR' } });
  const sourceId = byId(created.id);
  expect(created.address).toMatch(/^http:\/\/waybill\.test\/in\//);
  await one('source', 'update', { sourceId, additionalFields: { secret: 'whsec_1234567890123456' } });
  expect(await one('source', 'get', { sourceId })).toMatchObject({ name: 'FLTR', hasSecret: true });
  expect((await one('source', 'rotateToken', { sourceId })).address).not.toBe(created.address);
  expect(await run('source', 'getReceipts', { sourceId, filters: { outcome: 'unverified' } })).toEqual([]);
  expect((await run('source', 'getAll')).map(({ json }) => json.id)).toContain(created.id);
  expect(await one('source', 'delete', { sourceId })).toEqual({ deleted: true });
});

test('validations are handed in, read with their findings, and listed', async () => {
  const finding = { ruleId: 'R1', severity: 'high', category: 'c', location: 'Main.xaml:1', description: 'Bad.' };
  const head = { platform: 'uipath', fileName: 'Main.xaml', enforcementMode: 'blocking', policyPackSlug: 'core' };
  const created = await one('validation', 'create', { ...head, score: 41.5, findings: JSON.stringify([finding]) });
  expect(created).toMatchObject({ ...head, passed: false, score: 41.5, summary: { high: 1, total: 1 } });
  const read = await one('validation', 'get', { validationId: byId(created.validationId) });
  expect(read).toMatchObject({ findings: [finding] });
  expect((await run('validation', 'getAll')).map(({ json }) => json.validationId)).toContain(created.validationId);
});

test('exceptions are created, replaced under their ID, read, and listed by status', async () => {
  const fields = {
    ruleId: 'R1',
    fileName: 'Main.xaml',
    location: 'Main.xaml:1',
    reason: 'Legacy',
    requestedByEmail: 'ada@acme.example',
    expiresAt: '2026-12-24T00:00:00',
  };
  const { exceptionId } = await one('exception', 'create', fields);
  await one('exception', 'create', { ...fields, reason: 'Still legacy', additionalFields: { exceptionId } });
  const read = await one('exception', 'get', { exceptionId: byId(exceptionId) });
  expect(read).toMatchObject({ reason: 'Still legacy', status: 'approved', expiresAt: '2026-12-24T00:00:00.000Z' });
  expect(await run('exception', 'getAll', { filters: { status: 'approved' } })).toHaveLength(1);
  expect(await run('exception', 'getAll', { filters: { status: 'rejected' } })).toHaveLength(0);
});

test('schedules are listed and run with the admin key, and refused to other keys with what to do', async () => {
  const admin = { ...node, apiKey: ADMIN_KEY };
  const listed = await runNode(admin, { resource: 'schedule', operation: 'getAll' });
  expect(listed.map(({ json }) => json.id)).toEqual([SCHEDULE.id]);
  const scheduleId = byId(SCHEDULE.id);
  expect(await runNode(admin, { resource: 'schedule', operation: 'run', scheduleId })).toMatchObject([
    { json: { id: SCHEDULE.id } },
  ]);
  await expect(run('schedule', 'run', { scheduleId })).rejects.toMatchObject({
    description: expect.stringContaining('Schedules take the admin key'),
  });
});

describe('what goes wrong', () => {
  test('fields at fault are named with their rules', async () => {
    await expect(run('endpoint', 'create', { url: 'http://10.0.0.1/x', eventTypes: 'a b' })).rejects.toMatchObject({
      message: expect.stringContaining('Waybill: eventTypes.0'),
      description: expect.stringContaining('“eventTypes.0” an event type pattern is'),
      httpCode: '422',
    });
  });

  test('a node that goes on has an output for each item, with what to do', async () => {
    const items = [{ type: 'good.one' }, { type: 'not good' }, { type: 'good.two' }];
    const parameters = { eventType: (item: { type?: unknown }) => item.type };
    const output = await run('event', 'publish', parameters, { items, continueOnFail: true });
    expect(output).toMatchObject([
      { json: { id: expect.any(String) }, pairedItem: { item: 0 } },
      {
        json: { error: expect.stringContaining('type'), description: expect.stringContaining('Correct the fields') },
        pairedItem: { item: 1 },
      },
      { json: { id: expect.any(String) }, pairedItem: { item: 2 } },
    ]);
  });

  test('JSON that is none, and a picker that is empty, are found before anything is sent', async () => {
    const parameters = { eventType: 'a.b', dataFrom: 'json', data: '{"a": ' };
    await expect(run('event', 'publish', parameters)).rejects.toThrow('“data” is not JSON');
    await expect(run('event', 'get', { eventId: byId('') })).rejects.toThrow('No event is given');
  });

  test.each(['', 'Größe 7', 'two words', 'x'.repeat(256)])(
    'the idempotency key “%s” is refused as such',
    async (key) => {
      const parameters = { eventType: 'a.b', idempotencyKey: key };
      await expect(run('event', 'publishOnce', parameters)).rejects.toThrow('The idempotency key');
    },
  );

  test('what Flowcerta’s own routes refuse is said in the same way', async () => {
    const validationId = byId('00000000-0000-4000-8000-000000000000');
    await expect(run('validation', 'get', { validationId })).rejects.toMatchObject({
      message: 'Waybill: There is no validation of this id.',
      description: expect.stringContaining('Check the ID.'),
      httpCode: '404',
    });
  });

  test('a wrong key, an address that is not Waybill, and silence are told apart, and no key is in the texts', async () => {
    const parameters = { resource: 'event', operation: 'getAll' };
    const attempt = (over: Partial<NodeUnderTest>) => runNode({ ...node, ...over }, parameters).catch((error) => error);
    const wrongKey = await attempt({ apiKey: 'wrong-key' });
    expect(wrongKey.description).toContain('Check the API key of the credential');
    const elsewhere = await attempt({ baseUrl: `${node.baseUrl}docs` });
    expect(`${elsewhere.message} ${elsewhere.description}`).toContain('Check');
    const silent = await attempt({ baseUrl: 'http://127.0.0.1:1' });
    expect(silent.message).toBe('Waybill does not answer at http://127.0.0.1:1');
    for (const { message, description } of [wrongKey, elsewhere, silent]) {
      expect(`${message} ${description}`).not.toMatch(/wrong-key|error|problem|failure/i);
    }
  });
});

describe('pickers', () => {
  test('list what there is under the name that people know it by, and search it', async () => {
    const id = await anEndpoint({ settings: { description: 'Orders to the warehouse' } });
    const { results } = await searchList(node, 'searchEndpoints', { filter: 'WAREHOUSE' });
    expect(results).toEqual([{ name: 'Orders to the warehouse (webhook)', value: id }]);
    expect((await searchList(node, 'searchEndpoints', { filter: id })).results).toHaveLength(1);
    expect((await searchList(node, 'searchEndpoints', { filter: 'no such thing' })).results).toEqual([]);
  });

  test('go on with the token where a list has more pages', async () => {
    const first = await searchList(node, 'searchEvents');
    expect(first.results).toHaveLength(100);
    const second = await searchList(node, 'searchEvents', { token: String(first.paginationToken) });
    expect(second.results.length).toBeGreaterThan(0);
    expect(second.results[0]?.value).not.toBe(first.results[0]?.value);
  });

  test.each(['searchDeliveries', 'searchSources', 'searchValidations', 'searchExceptions'])(
    '%s answers',
    async (method) => {
      expect(await searchList(node, method)).toHaveProperty('results');
    },
  );

  test('of a field ask the vendor with what the form has so far', async () => {
    gateway.sent.length = 0;
    const answer = {
      ok: true,
      channels: [
        { id: 'C1', name: 'alerts' },
        { id: 'C2', name: 'random' },
      ],
    };
    gateway.outside.answer = {
      kind: 'response',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(answer)),
      bodyTruncated: false,
      durationMs: 1,
    };
    const parameters = {
      resource: 'endpoint',
      operation: 'create',
      destination: 'slack',
      slackVia: 'bot',
      slackBotToken: 'xoxb-1',
    };
    const { results } = await searchList(node, 'searchSlackChannel', { parameters, filter: 'alert' });
    expect(results).toMatchObject([{ value: 'C1' }]);
    expect(gateway.sent[0]?.headers).toMatchObject({ Authorization: 'Bearer xoxb-1' });
  });
});
