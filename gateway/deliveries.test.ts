import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../store/ids.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

async function anEndpoint(): Promise<string> {
  const body = { url: 'https://a.example', headers: [{ name: 'X-Mine', value: 'hunter2' }] };
  return (await gateway.call('POST', '/v1/endpoints', { key, body })).json().id;
}

async function aDelivery(endpointId: string, type = 'a'): Promise<{ id: string; eventId: string; createdAt: string }> {
  const body = { type, data: {}, to: [endpointId] };
  const eventId = (await gateway.call('POST', '/v1/events', { key, body })).json().id;
  return (await list(`eventId=${eventId}`)).data[0];
}

async function list(query: string) {
  const response = await gateway.call('GET', `/v1/deliveries?${query}`, { key });
  expect(response.statusCode).toBe(200);
  return response.json();
}

async function set(id: string, sets: string): Promise<void> {
  await gateway.store.db.execute(`update deliveries set ${sets} where id = '${id}'`);
}

const begin = (id: string, attemptCount: number) =>
  gateway.store.attempts.begin([{ id, generation: 1, attemptCount, workflowId: id, runId: 'run', activityAttempt: 1 }]);

describe('listing', () => {
  it('goes through all pages, newest first, each delivery once, while new ones come in', async () => {
    const endpoint = await anEndpoint();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push((await aDelivery(endpoint)).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`endpointId=${endpoint}&limit=3${cursor}`);
      seen.push(...page.data.map((delivery: { id: string }) => delivery.id));
      if (seen.length === 3) await aDelivery(endpoint);
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual(ids.reverse());
  });

  it('filters by endpoint, event, status, type and time', async () => {
    const endpoint = await anEndpoint();
    const first = await aDelivery(endpoint, 'job.done');
    const second = await aDelivery(endpoint, 'job.failed');
    const at = Date.parse(first.createdAt);
    await set(first.id, "status = 'delivered'");
    await set(second.id, `created_at = '${new Date(at + 1_800_000).toISOString()}'`);
    const of = async (query: string) =>
      (await list(`endpointId=${endpoint}&${query}`)).data.map((delivery: { id: string }) => delivery.id);
    expect(await of('status=delivered')).toEqual([first.id]);
    expect(await of('type=job.failed')).toEqual([second.id]);
    expect(await of(`eventId=${first.eventId}`)).toEqual([first.id]);
    expect(await of(`until=${first.createdAt}`)).toEqual([]);
    const inParis = new Date(at + 3_600_000).toISOString().replace('Z', '%2B01:00');
    expect(await of(`since=${inParis}&until=${new Date(at + 1).toISOString()}`)).toEqual([first.id]);
    expect(await of(`since=${new Date(at + 1).toISOString()}`)).toEqual([second.id]);
  });

  it('goes through the pages of events and endpoints likewise', async () => {
    const { key: own } = await anOrganization(gateway);
    for (const id of ['b', 'a', 'c']) {
      await gateway.call('POST', '/v1/events', { key: own, body: { type: 'a', data: {}, id } });
      await gateway.call('POST', '/v1/endpoints', { key: own, body: { url: `https://${id}.example` } });
    }
    await gateway.store.db.execute(`update events set created_at = '2026-01-01' where id in ('a', 'b', 'c')`);
    for (const [path, expected] of [
      ['events', ['c', 'b', 'a']],
      ['endpoints', ['https://c.example', 'https://a.example', 'https://b.example']],
    ] as const) {
      const first = (await gateway.call('GET', `/v1/${path}?limit=2`, { key: own })).json();
      const rest = (await gateway.call('GET', `/v1/${path}?limit=2&cursor=${first.nextCursor}`, { key: own })).json();
      expect([...first.data, ...rest.data].map((item) => item.url ?? item.id)).toEqual(expected);
      expect(rest.nextCursor).toBeNull();
    }
  });
});

describe('a delivery', () => {
  it('links to its workflow', async () => {
    const { id } = await aDelivery(await anEndpoint());
    expect((await gateway.call('GET', `/v1/deliveries/${id}`, { key })).json().workflowUrl).toBeNull();
    await set(id, 'workflow_id = id');
    const delivery = (await gateway.call('GET', `/v1/deliveries/${id}`, { key })).json();
    expect(delivery).toMatchObject({ workflowId: id, workflowUrl: `http://temporal.test/${id}` });
  });

  it('shows its attempts with what was sent and answered, and the one under way', async () => {
    const { id } = await aDelivery(await anEndpoint());
    await set(id, 'workflow_id = id, claimed_at = now(), started_at = now()');
    const [begun] = await begin(id, 0);
    const path = `/v1/deliveries/${id}/attempts`;
    const underWay = (await gateway.call('GET', path, { key })).json();
    expect(underWay.data).toMatchObject([{ number: 1, outcome: 'in_progress', finishedAt: null, exchanges: [] }]);
    if (begun?.kind !== 'begun') throw new Error('not begun');
    const exchange = {
      method: 'POST',
      url: 'https://a.example',
      requestHeaders: { 'x-mine': '********' },
      requestBody: '{}',
      status: 503,
      responseHeaders: {},
      responseBody: 'busy',
      responseEncoding: 'utf8',
      responseTruncated: false,
      durationMs: 12,
      errorCode: null,
      errorMessage: null,
    };
    await gateway.store.attempts.finish({
      ...begun,
      workflowId: id,
      runId: 'run',
      outcome: 'failed',
      status: 'pending',
      endReason: null,
      retryInMs: 60_000,
      release: false,
      errorCode: 'http_503',
      errorMessage: 'the endpoint answered 503',
      statusCode: 503,
      durationMs: 12,
      startedAt: '2026-01-01T00:00:00.000Z',
      exchanges: JSON.stringify([exchange]),
      disableEndpoint: false,
      counted: true,
      remote: null,
      accepted: false,
      healthJudged: false,
    });
    const finished = (await gateway.call('GET', path, { key })).json();
    expect(finished).toMatchObject({
      data: [{ id: begun.attemptId, outcome: 'failed', statusCode: 503, errorCode: 'http_503', exchanges: [exchange] }],
      nextCursor: null,
    });
    expect(Date.parse(finished.data[0].nextAttemptAt)).toBeGreaterThan(Date.now() + 50_000);
  });

  it('shows attempts in pages', async () => {
    const { id } = await aDelivery(await anEndpoint());
    for (let number = 1; number <= 3; number++) {
      await gateway.store.db.execute(`insert into attempts
        (id, organization_id, delivery_id, endpoint_id, number, generation, outcome, started_at)
        select '${newId('atm')}', organization_id, id, endpoint_id, ${number}, 1, 'failed', now() from deliveries where id = '${id}'`);
    }
    await set(id, "attempt_count = 4, open_attempt_id = 'atm_open', opened_at = now()");
    const numbers: number[] = [];
    let cursor = '';
    do {
      const page = (await gateway.call('GET', `/v1/deliveries/${id}/attempts?limit=2${cursor}`, { key })).json();
      numbers.push(...page.data.map((attempt: { number: number }) => attempt.number));
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });
});

describe('control', () => {
  const call = (id: string, action: string) => gateway.call('POST', `/v1/deliveries/${id}/${action}`, { key });

  it('cancels a pending delivery and tells the workflow that has it', async () => {
    const { id } = await aDelivery(await anEndpoint());
    await set(id, "workflow_id = 'car_7'");
    expect((await call(id, 'cancel')).json()).toMatchObject({ id, status: 'cancelled' });
    expect(gateway.signals).toContainEqual({ workflowId: 'car_7', ids: [id] });
    expect((await call(id, 'cancel')).json()).toMatchObject({ status: 409, code: 'wrong_state' });
  });

  it('retries a pending delivery now, and points to resend for an ended one', async () => {
    const { id } = await aDelivery(await anEndpoint());
    await set(id, "workflow_id = id, next_attempt_at = now() + interval '1 hour'");
    const retried = (await call(id, 'retry-now')).json();
    expect(Date.parse(retried.nextAttemptAt)).toBeLessThan(Date.now() + 60_000);
    expect(gateway.signals).toContainEqual({ workflowId: id, ids: [id] });
    await set(id, "status = 'failed'");
    const refused = (await call(id, 'retry-now')).json();
    expect(refused).toMatchObject({ status: 409, code: 'wrong_state' });
    expect(refused.detail).toContain(`/v1/deliveries/${id}/resend`);
  });

  it('resends an ended delivery, and points to retry-now for a pending one', async () => {
    const { id } = await aDelivery(await anEndpoint());
    expect((await call(id, 'resend')).json().detail).toContain(`/v1/deliveries/${id}/retry-now`);
    await set(id, "status = 'delivered', completed_at = now()");
    expect((await call(id, 'resend')).json()).toMatchObject({ id, status: 'pending', generation: 2 });
    expect(gateway.resends).toContain(id);
  });

  it('does not resend to a disabled endpoint', async () => {
    const endpoint = await anEndpoint();
    const { id } = await aDelivery(endpoint);
    await gateway.call('POST', `/v1/endpoints/${endpoint}/disable`, { key });
    expect((await call(id, 'resend')).json()).toMatchObject({ status: 409, code: 'endpoint_disabled' });
  });

  it('succeeds when the workflow cannot be told: the store has it', async () => {
    const { id } = await aDelivery(await anEndpoint());
    await set(id, "workflow_id = id, status = 'failed'");
    gateway.outside.temporalFails = true;
    const statuses = [await call(id, 'resend'), await call(id, 'retry-now'), await call(id, 'cancel')];
    gateway.outside.temporalFails = false;
    expect(statuses.map((response) => response.statusCode)).toEqual([200, 200, 200]);
    expect(gateway.log()).toContain('Temporal is away');
  });
});

describe('replay', () => {
  const since = '2020-01-01T00:00:00Z';
  const include = ['failed', 'cancelled', 'missing'];

  it('counts what it would bring, then brings it', async () => {
    const { key: own } = await anOrganization(gateway);
    const post = (path: string, body: object) => gateway.call('POST', path, { key: own, body });
    await post('/v1/events', { type: 'a', data: {} });
    const endpoint = (await post('/v1/endpoints', { url: 'https://a.example' })).json().id;
    for (let i = 0; i < 3; i++) await post('/v1/events', { type: 'a', data: {} });
    const { data } = (await gateway.call('GET', '/v1/deliveries', { key: own })).json();
    await set(data[0].id, "status = 'failed'");
    await set(data[1].id, "status = 'cancelled'");
    const path = `/v1/endpoints/${endpoint}/replay`;
    const dry = (await post(path, { since, include, dryRun: true })).json();
    expect(dry).toEqual({ matched: { failed: 1, cancelled: 1, missing: 1 }, replayed: 0 });
    expect((await post(path, { since, include: ['failed'] })).json().replayed).toBe(1);
    expect((await post(path, { since, include })).json()).toEqual({
      matched: { failed: 0, cancelled: 1, missing: 1 },
      replayed: 2,
    });
    const pending = await gateway.call('GET', '/v1/deliveries?status=pending', { key: own });
    expect(pending.json().data).toHaveLength(4);
  });

  it('is refused for a disabled endpoint, but for the count, and for a span that is none', async () => {
    const endpoint = await anEndpoint();
    const path = `/v1/endpoints/${endpoint}/replay`;
    const backwards = await gateway.call('POST', path, { key, body: { since, until: since, include } });
    expect(backwards.json()).toMatchObject({ status: 422, errors: [{ field: 'since' }] });
    await gateway.call('POST', `/v1/endpoints/${endpoint}/disable`, { key });
    const refused = await gateway.call('POST', path, { key, body: { since, include } });
    expect(refused.json().code).toBe('endpoint_disabled');
    const dry = await gateway.call('POST', path, { key, body: { since, include: ['failed'], dryRun: true } });
    expect(dry.statusCode).toBe(200);
  });
});
