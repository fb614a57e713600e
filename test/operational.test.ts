import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aNewEndpoint } from './new-endpoint.ts';
import { anOperator, type Operator } from './operator.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let operator: Operator;
/** Of a product's events. */
let product: Receiver;
/** Of operational events. */
let operations: Receiver;

beforeAll(async () => {
  pipeline = await aPipeline();
  operator = anOperator(pipeline);
  product = await aReceiver();
  operations = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await product.close();
  await operations.close();
});

const refuse: Answer = (_request, response) => response.writeHead(503).end();
const accept: Answer = (_request, response) => response.end();

interface Told {
  type: string;
  data: { organization: { id: string }; endpoint: { id: string }; delivery?: { id: string; eventId: string } };
}

/** What arrived at a path of the operational receiver, oldest first. */
function toldAt(path: string): Told[] {
  return operations.received.filter((request) => request.path === path).map(({ body }) => JSON.parse(body));
}

/** Everything that has been published is settled, whatever came of it: nothing more can arrive. */
function allSettled(organizationId: string): Promise<unknown> {
  const pending = {
    endpointId: null,
    eventId: null,
    status: 'pending',
    eventType: null,
    since: null,
    until: null,
  } as const;
  return eventually('nothing is pending', async () => {
    const rows = await pipeline.store.deliveries.list(organizationId, pending, { limit: 1, after: null });
    return rows.length === 0;
  });
}

test('an exhausted delivery is told once, and once that a resend made it good: to who names it, and to who watches', async () => {
  const { organizationId } = pipeline;
  const { organization: watching } = await pipeline.store.organizations.create('Operations', true);
  const { organization: other } = await pipeline.store.organizations.create('Other');
  const eventTypes = ['delivery.failed', 'delivery.recovered'];
  const listen = async (of: string, path: string, types: string[] | null, dialect = 'standard') => {
    const url = new URL(path, operations.url).href;
    await pipeline.store.endpoints.create(of, aNewEndpoint({ url, eventTypes: types, dialect }));
  };
  await listen(organizationId, '/named', eventTypes);
  await listen(organizationId, '/any-dialect', eventTypes, '*');
  await listen(organizationId, '/prefix', ['delivery.*', 'endpoint.*']);
  await listen(organizationId, '/catch-all', null, '*');
  await listen(watching.id, '/watching', eventTypes);
  await listen(other.id, '/other', eventTypes);

  product.answerWith(refuse);
  const endpointId = await pipeline.anEndpoint({
    url: `${product.url}hook-s3cret?token=s3cret`,
    eventTypes: ['order.created'],
    retryDelaysMs: [20],
  });
  const eventId = await pipeline.publish();
  const failed = await pipeline.settled(eventId, endpointId);
  expect(failed).toMatchObject({ status: 'failed', attemptCount: 2 });
  await allSettled(organizationId);
  product.answerWith(accept);
  await operator.resend(failed.id);
  expect(await pipeline.settled(eventId, endpointId)).toMatchObject({ status: 'delivered', attemptCount: 3 });
  await Promise.all([organizationId, watching.id, other.id].map(allSettled));

  const common = {
    organization: { id: organizationId, name: 'Test' },
    endpoint: { id: endpointId, host: new URL(product.url).host },
  };
  const delivery = { id: failed.id, eventId, eventType: 'order.created' };
  const end = { reason: 'exhausted', errorCode: 'http_503', statusCode: 503 };
  for (const path of ['/named', '/any-dialect', '/watching']) {
    expect(toldAt(path)).toMatchObject([
      { type: 'delivery.failed', data: { ...common, ...end, delivery: { ...delivery, attempts: 2 } } },
      { type: 'delivery.recovered', data: { ...common, delivery: { ...delivery, attempts: 3 } } },
    ]);
  }
  expect(toldAt('/prefix')).toEqual([]);
  expect(toldAt('/other')).toEqual([]);
  expect(toldAt('/catch-all')).toMatchObject([{ type: 'order.created' }]);
  expect(JSON.stringify([toldAt('/named'), toldAt('/watching')])).not.toContain('s3cret');
  const ids = (path: string) => operations.received.filter((r) => r.path === path).map((r) => r.headers['webhook-id']);
  expect(ids('/watching')).toEqual(ids('/named'));
});

test('a receiver of operational events that fails, or answers 410, breeds no more of them', async () => {
  const { organization } = await pipeline.store.organizations.create('Down');
  const dead = await aReceiver((_request, response, count) => response.writeHead(count <= 2 ? 503 : 410).end());
  const eventTypes = ['endpoint.created', 'endpoint.disabled', 'delivery.failed', 'delivery.recovered'];
  const create = async (settings: Parameters<typeof aNewEndpoint>[0]) => {
    const created = await pipeline.store.endpoints.create(organization.id, aNewEndpoint(settings));
    if (created.kind !== 'created') throw new Error(created.kind);
    return created.endpoint.id;
  };
  const endpointId = await create({ url: dead.url, eventTypes, retryDelaysMs: [20] });
  await create({ url: product.url, eventTypes: ['nothing'] });
  await allSettled(organization.id);
  await create({ url: product.url, eventTypes: ['nothing'] });
  await allSettled(organization.id);
  const all = { endpointId, eventId: null, status: null, eventType: null, since: null, until: null };
  const told = await pipeline.store.deliveries.list(organization.id, all, { limit: 100, after: null });
  expect(told.map(({ eventType, status }) => [eventType, status])).toEqual([
    ['endpoint.created', 'failed'],
    ['endpoint.created', 'failed'],
  ]);
  expect(dead.received).toHaveLength(3);
  const gone = await pipeline.store.endpoints.get(organization.id, endpointId);
  expect(gone).toMatchObject({ disabledReason: 'gone' });
  await dead.close();
});
