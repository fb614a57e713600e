import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aFakeSlack } from '../../cli/demo/vendors/slack.ts';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import { eventually } from '../eventually.ts';
import { aReceiver, type Receiver } from '../receiver.ts';
import type { Execution, N8nClient, WorkflowNode } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

const LIMIT_MS = 120_000;
const MANUAL: WorkflowNode = { name: 'Manual', type: 'n8n-nodes-base.manualTrigger' };

let n8n: N8nClient;
let organization: WaybillOrganization;
let credentials: Record<string, { id: string; name: string }>;
let receiver: Receiver;

beforeAll(async () => {
  n8n = await sharedN8n();
  organization = await aSharedOrganization();
  receiver = await aReceiver();
  credentials = await credentialsFor(organization.apiKey);
});
afterAll(() => receiver.close());

async function credentialsFor(apiKey: string, organizationId = '') {
  return { waybillApi: await n8n.credential('waybillApi', { baseUrl: organization.url, apiKey, organizationId }) };
}

interface RunOptions {
  credentials?: typeof credentials;
  /** Settings of the node itself, such as `onError`. */
  settings?: object;
}

/** Runs one node of the package behind a manual trigger. */
async function execute(type: string, parameters: INodeParameters, options: RunOptions = {}): Promise<Execution> {
  const node = {
    name: 'Node',
    type: `n8n-nodes-waybill.${type}`,
    parameters,
    credentials: options.credentials ?? credentials,
    ...options.settings,
  };
  return n8n.run(await n8n.workflow({ name: `${type} ${parameters.operation}`, nodes: [MANUAL, node] }), MANUAL.name);
}

/** What the Waybill node puts out. */
async function all(resource: string, operation: string, parameters: INodeParameters = {}, options: RunOptions = {}) {
  const { status, error, output } = await execute('waybill', { resource, operation, ...parameters }, options);
  expect([operation, status, error]).toEqual([operation, 'success', undefined]);
  return output.Node ?? [];
}

async function one(...args: Parameters<typeof all>): Promise<IDataObject> {
  return (await all(...args))[0] ?? {};
}

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value: String(value) });

function delivered(eventId: unknown) {
  return eventually(
    'the delivery',
    async () => (await organization.deliveriesOf(String(eventId))).find(({ status }) => status === 'delivered'),
    LIMIT_MS,
  );
}

describe('the Waybill node', () => {
  test('makes, reads, changes, tests and removes endpoints', async () => {
    const made = await one('endpoint', 'create', { url: receiver.url, eventTypes: 'made.*', simplify: false });
    expect(made).toMatchObject({ eventTypes: ['made.*'], secret: expect.stringMatching(/^whsec_/) });
    const endpointId = byId(made.id);
    expect((await all('endpoint', 'getAll', { returnAll: true })).map(({ id }) => id)).toContain(made.id);
    const settings = { description: 'Changed', retryDelays: '1, 2' };
    await one('endpoint', 'update', { endpointId, settings });
    expect(await one('endpoint', 'get', { endpointId, simplify: false })).toMatchObject({
      description: 'Changed',
      retryDelaysMs: [1_000, 2_000],
    });
    const { secret } = await one('endpoint', 'rotateSecret', { endpointId, rotation: { overlapSeconds: 0 } });
    expect(secret).not.toBe(made.secret);
    expect(await one('endpoint', 'preview', { endpointId })).toMatchObject({ requests: [{ url: receiver.url }] });
    const tested = await one('endpoint', 'test', { endpointId, eventChoice: { type: 'made.up', data: '{"x": 1}' } });
    await delivered(tested.id);
    expect(await one('endpoint', 'disable', { endpointId })).toMatchObject({ disabled: true });
    expect(await one('endpoint', 'enable', { endpointId })).toMatchObject({ disabled: false });
    expect(await one('endpoint', 'delete', { endpointId })).toEqual({ deleted: true });
    const teams = { destination: 'teams', teamsWebhookUrl: `${receiver.url}teams` };
    const native = await one('endpoint', 'create', { ...teams, eventTypes: 'nothing.here' });
    expect(await one('endpoint', 'check', { endpointId: byId(native.id) })).toMatchObject({ ok: true });
  });

  test('publishes, once under a key, and reads events', async () => {
    const data = { dataFrom: 'json', data: '{"total": 3}' };
    const first = await one('event', 'publish', { eventType: 'node.published', ...data });
    expect(await one('event', 'get', { eventId: byId(first.id) })).toMatchObject({ data: { total: 3 } });
    const once = { eventType: 'node.once', idempotencyKey: 'order-1', ...data };
    expect((await one('event', 'publishOnce', once)).id).toBe((await one('event', 'publishOnce', once)).id);
    expect(await all('event', 'getAll', { limit: 1 })).toHaveLength(1);
    const types = (await all('event', 'getAll', { returnAll: true })).map(({ type }) => type);
    expect(types.filter((type) => type === 'node.once')).toHaveLength(1);
  });

  test('takes deliveries in hand', async () => {
    receiver.answerWith(({ body }, response) => response.writeHead(body.includes('refused') ? 500 : 200).end());
    await one('endpoint', 'create', {
      url: receiver.url,
      eventTypes: 'in.hand',
      settings: { retryDelays: '3600, 3600' },
    });
    const done = await one('event', 'publish', { eventType: 'in.hand', dataFrom: 'json', data: '{"is": "taken"}' });
    const deliveryId = byId((await delivered(done.id)).id);
    expect(await one('delivery', 'resend', { deliveryId })).toMatchObject({ status: 'pending' });
    const twice = () => one('delivery', 'get', { deliveryId });
    await eventually('the second attempt', async () => (await twice()).attemptCount === 2, LIMIT_MS);
    expect((await twice()).attempts).toMatchObject([{ number: 1 }, { number: 2 }]);
    const stuck = await one('event', 'publish', { eventType: 'in.hand', dataFrom: 'json', data: '{"is": "refused"}' });
    const waiting = (attempts: number) =>
      eventually(
        `attempt ${attempts}`,
        async () => {
          const [delivery] = await organization.deliveriesOf(String(stuck.id));
          return delivery?.attemptCount === attempts && delivery.nextAttemptAt !== null && delivery;
        },
        LIMIT_MS,
      );
    const stuckId = byId((await waiting(1)).id);
    await one('delivery', 'retryNow', { deliveryId: stuckId });
    await waiting(2);
    expect(await one('delivery', 'cancel', { deliveryId: stuckId })).toMatchObject({ status: 'cancelled' });
    const filters = { status: 'cancelled', eventId: String(stuck.id) };
    expect(await all('delivery', 'getAll', { returnAll: true, filters })).toHaveLength(1);
  });

  test('keeps sources', async () => {
    const made = await one('source', 'create', { dialect: 'fltr', additionalFields: { name: 'FLTR' } });
    const sourceId = byId(made.id);
    await one('source', 'update', { sourceId, additionalFields: { secret: 'whsec_1234567890123456' } });
    expect(await one('source', 'get', { sourceId })).toMatchObject({ name: 'FLTR', hasSecret: true });
    expect((await one('source', 'rotateToken', { sourceId })).address).not.toBe(made.address);
    expect(await all('source', 'getReceipts', { sourceId })).toEqual([]);
    expect((await all('source', 'getAll')).map(({ id }) => id)).toContain(made.id);
    expect(await one('source', 'delete', { sourceId })).toEqual({ deleted: true });
  });

  test('hands in validations and exceptions', async () => {
    const head = { platform: 'uipath', fileName: 'Main.xaml', enforcementMode: 'blocking', policyPackSlug: 'core' };
    const finding = { ruleId: 'R1', severity: 'high', category: 'c', location: 'Main.xaml:1', description: 'Bad.' };
    const validation = await one('validation', 'create', { ...head, score: 41.5, findings: JSON.stringify([finding]) });
    const validationId = byId(validation.validationId);
    expect(await one('validation', 'get', { validationId })).toMatchObject({ findings: [finding] });
    expect(await all('validation', 'getAll')).toHaveLength(1);
    const exception = await one('exception', 'create', {
      ruleId: 'R1',
      fileName: 'Main.xaml',
      location: 'Main.xaml:1',
      reason: 'Legacy',
      requestedByEmail: 'ada@acme.example',
      expiresAt: '2027-12-24T00:00:00',
    });
    const exceptionId = byId(exception.exceptionId);
    expect(await one('exception', 'get', { exceptionId })).toMatchObject({ reason: 'Legacy', status: 'approved' });
    expect(await all('exception', 'getAll', { filters: { status: 'approved' } })).toHaveLength(1);
  });

  test('runs schedules with the admin key', async () => {
    const admin = { credentials: await credentialsFor(organization.adminKey) };
    const [schedule] = await all('schedule', 'getAll', {}, admin);
    expect(await one('schedule', 'run', { scheduleId: byId(schedule?.id) }, admin)).toMatchObject({ id: schedule?.id });
  });

  test('says what went wrong and what to do, and goes on where it is told to', async () => {
    const parameters = { resource: 'event', operation: 'get', eventId: byId('evt_none') };
    const failed = await execute('waybill', parameters);
    expect(failed).toMatchObject({ status: 'error', error: { message: 'Waybill: There is no event of this id.' } });
    expect(failed.error?.description).toContain('Check the ID.');
    const settings = { onError: 'continueRegularOutput' };
    const { status, output } = await execute('waybill', parameters, { settings });
    expect([status, output.Node]).toMatchObject(['success', [{ error: 'Waybill: There is no event of this id.' }]]);
  });
});

describe('the Waybill Route node', () => {
  let slack: VendorFake;
  beforeAll(async () => {
    slack = await aFakeSlack();
  });
  afterAll(() => slack.close());

  test('sends to an endpoint that stands, waits for the outcome, and to one that it defines', async () => {
    const body = { destination: 'slack', eventTypes: ['nothing.else'], config: slack.config };
    const { id } = await organization.call('POST', '/v1/endpoints', body);
    const said = { title: 'Order 7 is stuck', text: 'No paper.', subject: 'order-7', severity: 'high' };
    const target = { destination: 'slack', endpointId: byId(id) };
    const { output, error } = await execute('waybillRoute', { ...target, ...said, wait: true, waitSeconds: 120 });
    expect([error, output.Node]).toMatchObject([undefined, [{ endpointId: id, status: 'delivered', timedOut: false }]]);
    expect(slack.things().map(({ title }) => title)).toContainEqual(expect.stringContaining(said.title));
    const defined = { destination: 'teams', endpointFrom: 'defined', teamsWebhookUrl: `${receiver.url}teams` };
    const own = await execute('waybillRoute', { ...defined, ...said });
    expect([own.error, own.output.Node]).toMatchObject([undefined, [{ status: 'pending' }]]);
  });
});

describe('the lists that people pick from', () => {
  const ask = (type: string, method: string, parameters: INodeParameters = {}) => ({
    type: `n8n-nodes-waybill.${type}`,
    method,
    parameters,
    credentials,
  });

  test('of the Waybill node have what there is, and are searched', async () => {
    const { id } = await organization.call('POST', '/v1/endpoints', {
      url: receiver.url,
      eventTypes: ['picked.*'],
      description: 'Orders to the warehouse',
    });
    const question = ask('waybill', 'searchEndpoints');
    expect(await n8n.picker({ ...question, filter: 'WAREHOUSE' })).toMatchObject([{ value: id }]);
    const eventId = await organization.publish('picked.one', {});
    expect(await n8n.picker({ ...ask('waybill', 'searchEvents'), filter: eventId })).toMatchObject([
      { value: eventId },
    ]);
    for (const method of ['searchDeliveries', 'searchSources', 'searchValidations', 'searchExceptions']) {
      expect(Array.isArray(await n8n.picker(ask('waybill', method)))).toBe(true);
    }
    const admin = { ...ask('waybill', 'searchSchedules'), credentials: await credentialsFor(organization.adminKey) };
    expect((await n8n.picker(admin)).length).toBeGreaterThan(0);
  });

  test('of the Route node are of its destination', async () => {
    const body = { destination: 'teams', config: { webhookUrl: `${receiver.url}x` }, eventTypes: ['nothing.else'] };
    const { id } = await organization.call('POST', '/v1/endpoints', body);
    const values = async (destination: string) =>
      (await n8n.picker(ask('waybillRoute', 'searchRoutes', { destination }))).map(({ value }) => value);
    expect(await values('teams')).toContain(id);
    expect(await values('jira')).not.toContain(id);
  });

  test('of the Waybill trigger are the event types of its dialect', async () => {
    const options = await n8n.options(ask('waybillTrigger', 'loadEventTypes', { dialect: 'fltr' }));
    expect(options.map(({ value }) => value)).toEqual(expect.arrayContaining(['*', 'document.processed']));
  });
});
