import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';
import { deliveries, events } from './schema.ts';
import type { FinishInput } from './types.ts';

describe.each(KINDS)('operational events of deliveries on %s', (kind) => {
  let t: TestStore;
  let listener: string;
  let watcher: string;
  let stranger: string;

  beforeAll(async () => {
    t = await aStore(kind);
    const eventTypes = ['delivery.failed', 'delivery.recovered', 'endpoint.disabled'];
    const anotherOrganization = async (watches: boolean) =>
      (await t.store.organizations.create('Another', watches)).organization.id;
    listener = await t.anEndpoint({ eventTypes });
    watcher = await t.anEndpoint({ eventTypes }, await anotherOrganization(true));
    stranger = await t.anEndpoint({ eventTypes }, await anotherOrganization(false));
  });
  afterAll(() => t.close());

  /** What the listener was told of a delivery or endpoint, oldest first, each checked against its schema. */
  async function told(of: string, to = listener) {
    const rows = await t.store.db
      .select({ type: events.type, data: events.data })
      .from(deliveries)
      .innerJoin(events, and(eq(events.id, deliveries.eventId), eq(events.organizationId, deliveries.organizationId)))
      .where(eq(deliveries.endpointId, to))
      .orderBy(deliveries.id);
    return rows
      .filter((row) => row.data.includes(`"${of}"`))
      .map(({ type, data }) => ({ type, ...eventTypeOf('standard', type)?.schema.parse(JSON.parse(data)) }));
  }
  const typesTold = async (of: string) => (await told(of)).map((event) => event.type);

  /** Begins the delivery's next attempt and ends it. */
  async function attempt(id: string, changes: Partial<FinishInput> = {}) {
    return t.store.attempts.finish(anEnd(await t.begun(id), changes));
  }
  const fails = (id: string, changes: Partial<FinishInput> = {}) => attempt(id, { ...aFailure(null), ...changes });
  const resend = (id: string) => t.store.control.resend(t.organizationId, id);

  it('tell once that a delivery failed for good, to the organization and to those that watch', async () => {
    const { id, endpointId } = await t.aClaimed({
      url: 'https://hooks.example.com/s3cret?token=s3cret',
      dialect: 'fltr',
    });
    await t.store.db
      .update(deliveries)
      .set({ nextAttemptAt: new Date(0).toISOString() })
      .where(eq(deliveries.id, id));
    await attempt(id, aFailure(0));
    expect(await told(id)).toEqual([]);
    await fails(id);
    const { eventId } = await t.delivery(id);
    const expected = {
      type: 'delivery.failed',
      organization: { id: t.organizationId, name: 'Test' },
      endpoint: { id: endpointId, dialect: 'fltr', destination: 'webhook', host: 'hooks.example.com', description: '' },
      delivery: { id, eventId, eventType: 'order.created', attempts: 2 },
      reason: 'exhausted',
      errorCode: 'http_503',
      statusCode: 503,
    };
    expect(await told(id)).toEqual([expected]);
    expect(await told(id, watcher)).toEqual([expected]);
    expect(await told(id, stranger)).toEqual([]);
    expect(await t.delivery(id)).toMatchObject({ status: 'failed', failedBy: expect.stringMatching(/^atm_/) });
  });

  it.each([
    ['refused for good', { errorCode: 'http_404', statusCode: 404, endReason: 'not_retryable' }, 404],
    ['never sent', { errorCode: 'render_failed', statusCode: null, endReason: 'not_retryable' }, null],
  ] as const)('tell why: %s', async (_, changes, statusCode) => {
    const { id } = await t.aClaimed();
    await fails(id, changes);
    expect(await told(id)).toMatchObject([{ reason: 'not_retryable', errorCode: changes.errorCode, statusCode }]);
  });

  it('tell of each in a group of many, and only of those', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 9);
    await t.claim([endpointId]);
    const begun = await Promise.all(ids.map((id) => t.begun(id)));
    const ends = begun.map((b, n) => anEnd(b, n % 3 === 0 ? {} : aFailure(n % 3 === 1 ? 1_000 : null)));
    await Promise.all(ends.map((end) => t.store.attempts.finish(end)));
    const typesOf = await Promise.all(ids.map((id) => typesTold(id)));
    expect(typesOf).toEqual(ids.map((_, n) => (n % 3 === 2 ? ['delivery.failed'] : [])));
  });

  it('tell again of each generation that fails, and once of what is made good', async () => {
    const { id } = await t.aClaimed();
    await fails(id);
    await resend(id);
    await fails(id);
    await resend(id);
    expect(await attempt(id)).toMatchObject({ status: 'delivered', generation: 3 });
    const types = ['delivery.failed', 'delivery.failed', 'delivery.recovered'];
    expect(await typesTold(id)).toEqual(types);
    expect((await told(id)).at(-1)).toMatchObject({ delivery: { id, attempts: 3 } });
    expect(await t.delivery(id)).toMatchObject({ status: 'delivered', failedBy: null });

    await resend(id);
    await attempt(id);
    expect(await typesTold(id)).toEqual(types);
    await resend(id);
    await fails(id);
    await resend(id);
    await attempt(id);
    expect(await typesTold(id)).toEqual([...types, 'delivery.failed', 'delivery.recovered']);
  });

  it('tell of a recovery by replay, also after a cancel in between', async () => {
    const { id, endpointId } = await t.aClaimed();
    await fails(id);
    await resend(id);
    await t.store.control.cancel(t.organizationId, id);
    const endpoint = { id: endpointId, dialect: 'standard', eventTypes: null, presenceName: null, userId: null };
    const [since, until] = ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'];
    await t.store.replay({
      organizationId: t.organizationId,
      endpoint: { ...endpoint, filter: null, disabled: false },
      since,
      until,
      include: ['cancelled'],
      dryRun: false,
    });
    await t.claim([endpointId]);
    await attempt(id);
    expect(await typesTold(id)).toEqual(['delivery.failed', 'delivery.recovered']);
  });

  it('tell of a recovery by an answer that comes after the failure', async () => {
    const { id } = await t.aClaimed();
    const late = await t.begun(id);
    const next = await t.begun(id, { attemptCount: 0, activityAttempt: 2 });
    await t.store.attempts.finish(anEnd(next, aFailure(null)));
    expect(await typesTold(id)).toEqual(['delivery.failed']);
    expect(await t.store.attempts.finish(anEnd(late))).toMatchObject({ status: 'delivered' });
    expect(await typesTold(id)).toEqual(['delivery.failed', 'delivery.recovered']);
    expect((await t.attemptsOf(id)).map((a) => a.outcome)).toEqual(['delivered', 'failed']);
  });

  it('tell nothing of a late failure, nor of what never failed', async () => {
    const { id } = await t.aClaimed();
    const late = await t.begun(id);
    const next = await t.begun(id, { attemptCount: 0, activityAttempt: 2 });
    await t.store.attempts.finish(anEnd(next, aFailure(null)));
    await t.store.attempts.finish(anEnd(late, aFailure(null)));
    expect(await typesTold(id)).toEqual(['delivery.failed']);
    const cancelled = await t.aClaimed();
    const open = await t.begun(cancelled.id);
    await t.store.control.cancel(t.organizationId, cancelled.id);
    await t.store.attempts.finish(anEnd(open));
    expect(await t.delivery(cancelled.id)).toMatchObject({ status: 'delivered' });
    expect(await typesTold(cancelled.id)).toEqual([]);
  });

  it('are written once, though the same end is written again', async () => {
    const { id } = await t.aClaimed();
    const end = anEnd(await t.begun(id), aFailure(null));
    await Promise.all([t.store.attempts.finish(end), t.store.attempts.finish(end)]);
    await t.store.attempts.finish(end);
    await resend(id);
    const success = anEnd(await t.begun(id));
    await Promise.all([t.store.attempts.finish(success), t.store.attempts.finish(success)]);
    expect(await typesTold(id)).toEqual(['delivery.failed', 'delivery.recovered']);
  });

  it('tell that an endpoint was disabled by its own 410, once, and why each delivery failed', async () => {
    const endpointId = await t.anEndpoint();
    const ids = await t.waiting(endpointId, 2);
    await t.claim([endpointId]);
    const begun = await Promise.all(ids.map((id) => t.begun(id)));
    const gone = { ...aFailure(null), errorCode: 'http_410', statusCode: 410, endReason: 'gone' } as const;
    await Promise.all(begun.map((b) => t.store.attempts.finish(anEnd(b, { ...gone, disableEndpoint: true }))));
    const all = await told(endpointId);
    const ofType = (type: string) => all.filter((event) => event.type === type);
    expect(ofType('endpoint.disabled')).toMatchObject([{ endpoint: { id: endpointId }, reason: 'gone' }]);
    expect(ofType('delivery.failed')).toHaveLength(2);
    for (const id of ids) expect(await told(id)).toMatchObject([{ delivery: { id }, reason: 'gone', statusCode: 410 }]);
  });

  describe('of an endpoint that fails too often', () => {
    /** Fails the deliveries that wait for an endpoint, all together. */
    async function failAll(endpointId: string) {
      const begun = await Promise.all((await t.claim([endpointId])).map((id) => t.begun(id)));
      const results = await Promise.all(begun.map((b) => t.store.attempts.finish(anEnd(b, aFailure(60_000)))));
      expect(results.filter((result) => result.disabledEndpoint)).toHaveLength(1);
    }

    it('tell once that it was disabled, and why', async () => {
      const endpointId = await t.anEndpoint({ disableFailureShare: 0.8 });
      await t.waiting(endpointId, 20);
      await failAll(endpointId);
      const { disabledReason } = (await t.store.endpoints.get(t.organizationId, endpointId)) ?? {};
      expect(disabledReason).toMatch(/20 of 20 attempts failed/);
      for (const to of [listener, watcher]) {
        expect(await told(endpointId, to)).toMatchObject([
          { type: 'endpoint.disabled', endpoint: { id: endpointId }, reason: disabledReason },
        ]);
      }
    });

    it('tell nothing where only operational events failed', async () => {
      const endpointId = await t.anEndpoint({ disableFailureShare: 0.8, eventTypes: ['endpoint.created'] });
      for (let n = 0; n < 20; n++) await t.anEndpoint();
      await failAll(endpointId);
      expect(await t.store.endpoints.get(t.organizationId, endpointId)).toMatchObject({
        disabledReason: expect.stringMatching(/20 of 20 attempts failed/),
      });
      expect(await told(endpointId)).toEqual([]);
    });
  });

  it('of which the delivery fails, recovers or disables its endpoint cause no others', async () => {
    const eventTypes = ['endpoint.created'];
    const deaf = await t.anEndpoint({ eventTypes });
    await t.anEndpoint();
    await t.claim([deaf]);
    const [{ id } = { id: '' }] = await t.deliveriesOf(deaf);
    await fails(id);
    await resend(id);
    await attempt(id);
    expect(await t.delivery(id)).toMatchObject({ status: 'delivered', failedBy: null });
    await resend(id);
    await fails(id, { errorCode: 'http_410', statusCode: 410, endReason: 'gone', disableEndpoint: true });
    const gone = await t.store.endpoints.get(t.organizationId, deaf);
    expect(gone).toMatchObject({ disabledReason: 'gone' });
    for (const to of [listener, watcher]) {
      expect(await told(id, to)).toEqual([]);
      expect(await told(deaf, to)).toEqual([]);
    }
  });

  it('are not raised by tests', async () => {
    const endpointId = await t.anEndpoint();
    await t.publish({ to: [endpointId], test: true });
    const [id = ''] = await t.claim([endpointId]);
    await fails(id);
    await resend(id);
    await attempt(id);
    expect(await told(id)).toEqual([]);
  });

  it('wake the dispatcher', async () => {
    const { id } = await t.aClaimed();
    let waiting = 0;
    const stop = t.store.onWaiting((count) => {
      waiting += count;
    });
    await fails(id);
    stop();
    expect(waiting).toBe(2);
  });

  it('are not needed for a recovery to be written', async () => {
    const { organization } = await t.store.organizations.create('Quiet');
    const endpointId = await t.anEndpoint({}, organization.id);
    await t.publish({ organizationId: organization.id, to: [endpointId] });
    await t.claim([endpointId]);
    const [{ id } = { id: '' }] = await t.deliveriesOf(endpointId);
    await fails(id);
    await t.store.control.resend(organization.id, id);
    expect(await attempt(id)).toMatchObject({ status: 'delivered' });
    expect(await t.delivery(id)).toMatchObject({ status: 'delivered', failedBy: null, attemptCount: 2 });
  });
});
