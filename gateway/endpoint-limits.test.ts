import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';
import { aFailure, anEnd } from '../test/stores.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const url = 'https://hooks.example.com/in';
const none = { ratePerSecond: null, maxPerHour: null, alertFailureShare: null, disableFailureShare: null };

async function anEndpoint(body: object) {
  const response = await gateway.call('POST', '/v1/endpoints', { key, body: { url, ...body } });
  expect(response.statusCode).toBe(201);
  return response.json();
}
const patch = (id: string, body: object) => gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body });
const read = async (id: string) => (await gateway.call('GET', `/v1/endpoints/${id}`, { key })).json();

const claim = (endpointId: string) =>
  gateway.store.claim({ limit: 100, room: new Map(), only: [endpointId] }, (claimed) =>
    claimed.map((d) => ({ workflowId: d.id, deliveries: [d] })),
  );
/** The first attempt of a delivery that has a workflow of its own id. */
const aBegin = (id: string) => ({
  id,
  workflowId: id,
  generation: 1,
  attemptCount: 0,
  runId: 'run-1',
  activityAttempt: 1,
});
const documentDeleted = eventTypeOf('fltr', 'document.deleted')?.example;

describe('rate and health rules', () => {
  it('of fltr: 1000 an hour, disabled when more than 80 % fail', async () => {
    const { id } = await anEndpoint({ dialect: 'fltr' });
    expect(await read(id)).toMatchObject({
      ...none,
      maxPerHour: 1_000,
      alertFailureShare: 0.5,
      disableFailureShare: 0.8,
    });
  });

  it.each([...DIALECT_NAMES.filter((name) => name !== 'fltr'), '*'])(
    'of %s: half failing is reported',
    async (dialect) => {
      const { id } = await anEndpoint({ dialect });
      expect(await read(id)).toMatchObject({ ...none, alertFailureShare: 0.5 });
    },
  );

  it.each(['fltr', 'standard'])('%s: may be set and left out when an endpoint is created', async (dialect) => {
    const rules = { ratePerSecond: 5, maxPerHour: 90, alertFailureShare: 0.25, disableFailureShare: 1 };
    const { id } = await anEndpoint({ dialect, ...rules });
    expect(await read(id)).toMatchObject(rules);
    expect(await anEndpoint({ dialect, ...none })).toMatchObject(none);
  });

  it('may be changed one by one; absent ones stay, null takes one away', async () => {
    const { id } = await anEndpoint({ dialect: 'fltr' });
    expect((await patch(id, { ratePerSecond: 2 })).json()).toMatchObject({ ratePerSecond: 2, maxPerHour: 1_000 });
    expect((await patch(id, { maxPerHour: null })).json()).toMatchObject({ ratePerSecond: 2, maxPerHour: null });
    expect((await patch(id, { disableFailureShare: 0.3 })).json()).toMatchObject({ disableFailureShare: 0.3 });
    expect(await read(id)).toMatchObject({ ratePerSecond: 2, maxPerHour: null, alertFailureShare: 0.5 });
  });

  it.each([
    { ratePerSecond: 0 },
    { ratePerSecond: 1.5 },
    { ratePerSecond: 1_001 },
    { maxPerHour: 0 },
    { maxPerHour: 100_001 },
    { alertFailureShare: 1.1 },
    { disableFailureShare: -0.1 },
    { disableFailureShare: '80 %' },
  ])('%j is refused, naming the field', async (rules) => {
    const { id } = await anEndpoint({});
    for (const response of [
      await patch(id, rules),
      await gateway.call('POST', '/v1/endpoints', { key, body: { url, ...rules } }),
    ]) {
      expect(response.statusCode).toBe(422);
      expect(response.json().errors[0].field).toBe(Object.keys(rules)[0]);
    }
  });
});

describe('waiting for a limit', () => {
  const deliveries = async (endpointId: string) =>
    (await gateway.call('GET', `/v1/deliveries?endpointId=${endpointId}`, { key })).json().data;

  it('is told with the reason and the time, and ends when the limit is raised', async () => {
    const { id } = await anEndpoint({ maxPerHour: 1 });
    for (let n = 0; n < 3; n++)
      await gateway.call('POST', '/v1/events', { key, body: { type: 'a', data: {}, to: [id] } });
    expect(await claim(id)).toHaveLength(1);
    const [last, second] = await deliveries(id);
    for (const [row, hours] of [
      [second, 1],
      [last, 2],
    ] as const) {
      expect(row).toMatchObject({ status: 'pending', reason: 'hourly_limit', test: false });
      const waitMs = Date.parse(row.nextAttemptAt) - Date.parse(row.createdAt);
      expect(waitMs).toBeGreaterThan(hours * 3_600_000);
      expect(waitMs).toBeLessThan(hours * 3_600_000 + 120_000);
    }
    await patch(id, { maxPerHour: 3 });
    expect(await claim(id)).toHaveLength(2);
  });

  it('is not for test events, which are told apart', async () => {
    const { id } = await anEndpoint({ maxPerHour: 1 });
    for (let n = 0; n < 2; n++) {
      const { id: eventId } = (await gateway.call('POST', `/v1/endpoints/${id}/test`, { key })).json();
      expect((await gateway.call('GET', `/v1/events/${eventId}`, { key })).json()).toMatchObject({ test: true });
    }
    const given = { type: 'of.my.own', data: { n: 1 } };
    expect((await gateway.call('POST', `/v1/endpoints/${id}/test`, { key, body: given })).statusCode).toBe(202);
    expect(await claim(id)).toHaveLength(3);
    expect((await deliveries(id)).map((row: { test: boolean }) => row.test)).toEqual([true, true, true]);
  });
});

describe('an endpoint that fails too much', () => {
  it('is disabled, says so with the numbers, and takes events again once it is enabled', async () => {
    const { id } = await anEndpoint({ dialect: 'fltr' });
    const publish = () =>
      gateway.call('POST', '/v1/events', {
        key,
        body: { type: 'document.deleted', dialect: 'fltr', data: documentDeleted },
      });
    for (let n = 0; n < 20; n++) expect((await publish()).statusCode).toBe(202);
    const groups = await claim(id);
    const begun = await gateway.store.attempts.begin(groups.map(({ workflowId: delivery }) => aBegin(delivery)));
    for (const attempt of begun)
      if (attempt.kind === 'begun') await gateway.store.attempts.finish(anEnd(attempt, aFailure(null)));
    const reason = 'failing: 20 of 20 attempts failed within 24 hours, more than 80 %';
    expect(await read(id)).toMatchObject({ disabled: true, disabledReason: reason });
    await gateway.call('POST', `/v1/endpoints/${id}/enable`, { key });
    expect(await read(id)).toMatchObject({ disabled: false, disabledReason: null });
    await publish();
    expect(await claim(id)).toHaveLength(1);
  });
});
