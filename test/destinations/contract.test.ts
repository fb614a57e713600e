import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import { secretValues, splitConfig } from '../../domain/destinations/config-secrets.ts';
import { destinationOf } from '../../domain/destinations/destinations.ts';
import { eventually } from '../eventually.ts';
import { historyOf, textOf } from '../history.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';
import { VENDORS, type Vendor } from './vendors.ts';

let pipeline: Pipeline;

/** Waits of minutes become tenths of seconds. */
const TIME_SCALE = 0.001;

beforeAll(async () => {
  pipeline = await aPipeline(() => ({}), { timeScale: TIME_SCALE });
});
afterAll(() => pipeline.close());

const failed = (job: string, at: string) => ({
  dialect: 'flexorch',
  type: 'job.failed',
  data: JSON.stringify({
    event: 'job.failed',
    job_id: job,
    status: 'failed',
    error: 'نفدت الذاكرة 🚨 <!channel> {code}',
  }),
  occurredAt: at,
});
const completed = (job: string, at: string) => ({
  dialect: 'flexorch',
  type: 'job.completed',
  data: JSON.stringify({ event: 'job.completed', job_id: job, status: 'completed', pii_findings_count: 0 }),
  occurredAt: at,
});

describe.each(VENDORS)('$name', (vendor) => {
  let fake: VendorFake;
  let endpointId: string;

  beforeAll(async () => {
    fake = await vendor.start();
    endpointId = await anEndpoint(vendor, fake.config);
  });
  afterAll(() => fake.close());

  const aJob = () => `job-${Math.random().toString(36).slice(2)}`;
  /** An event to this endpoint only. */
  const publish = (event: Parameters<Pipeline['publish']>[0]) => pipeline.publish({ ...event, to: [endpointId] });
  const about = (job: string) => fake.things().filter((thing) => JSON.stringify(thing).includes(job));
  const arrived = async (eventId: string) => {
    const delivery = await pipeline.settled(eventId, endpointId);
    const attempts = await pipeline.attempts(delivery.id);
    expect({ status: delivery.status, errors: attempts.map((a) => a.errorMessage) }).toMatchObject({
      status: 'delivered',
    });
    return { delivery, attempts };
  };

  test('a failure, then its end: one message or ticket where the vendor can be asked, else one for each', async () => {
    const job = aJob();
    const { delivery } = await arrived(await publish(failed(job, '2026-03-01T10:00:00.000Z')));
    expect(delivery).toMatchObject({ attemptCount: 1, reason: vendor.kind === 'teams' ? 'accepted' : null });
    expect(about(job)).toMatchObject([{ resolved: false, title: expect.stringContaining(job) }]);
    await arrived(await publish(completed(job, '2026-03-01T11:00:00.000Z')));
    if (vendor.remembers) expect(about(job)).toMatchObject([{ resolved: true }]);
    else expect(about(job)).toHaveLength(2);
    expect(fake.faults).toEqual([]);
  });

  test.runIf(vendor.remembers)('an older event that comes late adds a note, and resolves nothing', async () => {
    const job = aJob();
    await arrived(await publish(failed(job, '2026-03-01T11:00:00.000Z')));
    const [before] = about(job);
    await arrived(await publish(completed(job, '2026-03-01T10:00:00.000Z')));
    const [after, ...others] = about(job);
    expect(others).toEqual([]);
    expect(after).toMatchObject({ resolved: false, title: before?.title, updates: before?.updates });
    expect(after?.notes.length).toBe((before?.notes.length ?? 0) + 1);
  });

  test.runIf(vendor.remembers)('six about the same at once make one', async () => {
    const job = aJob();
    const events = await Promise.all(
      Array.from({ length: 6 }, (_, i) => publish(failed(job, `2026-03-01T10:00:0${i}.000Z`))),
    );
    for (const eventId of events) await arrived(eventId);
    expect(about(job)).toHaveLength(1);
  });

  test.runIf(vendor.remembers)(
    'an answer that is lost, though the request had succeeded, makes no second one',
    async () => {
      const job = aJob();
      fake.script(['lost'], (request) => request.method === 'POST' && request.body.includes(job));
      const { delivery, attempts } = await arrived(await publish(failed(job, '2026-03-01T10:00:00.000Z')));
      expect(about(job)).toHaveLength(1);
      expect(attempts[0]).toMatchObject({ errorCode: 'unsure' });
      expect(delivery.attemptCount).toBeGreaterThan(1);
      await arrived(await publish(completed(job, '2026-03-01T11:00:00.000Z')));
      expect(about(job)).toMatchObject([{ resolved: true }]);
    },
  );

  test('the same event published twice is one delivery, and resent it touches the same message or ticket', async () => {
    const job = aJob();
    const event = { ...failed(job, '2026-03-01T10:00:00.000Z'), id: `evt-${job}` };
    const { delivery } = await arrived(await publish(event));
    expect(await pipeline.store.publish({ ...(await anItem(event)), to: [endpointId] })).toMatchObject({
      kind: 'repeated',
    });
    expect(about(job)).toHaveLength(1);
    await pipeline.store.control.resend(pipeline.organizationId, delivery.id);
    await pipeline.runtime.resendWorkflow(delivery.id);
    await eventually('the second generation', async () => {
      const found = await pipeline.delivery(event.id, endpointId);
      return found.generation === 2 && found.status === 'delivered';
    });
    if (vendor.remembers) expect(about(job)).toHaveLength(1);
  });

  test('a vendor that is throttled, then down, gets it in the end', async () => {
    const job = aJob();
    fake.script([
      { status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } },
      { status: 503, body: 'down' },
    ]);
    const { attempts } = await arrived(await publish(failed(job, '2026-03-01T10:00:00.000Z')));
    expect(attempts.map(({ errorCode }) => errorCode).slice(0, 1)).toEqual(['rate_limited']);
    expect(about(job)).toHaveLength(1);
  });

  test.runIf(Object.keys(vendor.refused).length > 0)(
    'refused three times it is paused, loses nothing, and goes on once repaired',
    async () => {
      const job = aJob();
      const broken = await anEndpoint(vendor, { ...fake.config, ...vendor.refused });
      const eventId = await pipeline.publish({ ...failed(job, '2026-03-01T10:00:00.000Z'), to: [broken] });
      const paused = await eventually('the pause', async () => {
        const endpoint = await pipeline.store.endpoints.get(pipeline.organizationId, broken);
        return endpoint?.pausedAt ? endpoint : null;
      });
      const attempts = await pipeline.attempts((await pipeline.delivery(eventId, broken)).id);
      expect(attempts.map(({ errorCode }) => errorCode)).toEqual(Array(3).fill('bad_configuration'));
      expect(paused.pausedReason).toBe(attempts.at(-1)?.errorMessage);
      await pipeline.store.endpoints.update(pipeline.organizationId, broken, {
        config: () => ({ url: 'https://vendor.example', config: apart(vendor, fake.config) }),
      });
      for await (const held of pipeline.store.hurryRefusedOf(broken)) {
        for (const { workflowId, ids } of held) await pipeline.runtime.signalLookAgain(workflowId, ids);
      }
      expect(await pipeline.settled(eventId, broken)).toMatchObject({ status: 'delivered' });
      expect(about(job)).toHaveLength(1);
    },
  );

  test('a test event says that it is one', async () => {
    const job = aJob();
    await arrived(await publish({ ...failed(job, '2026-03-01T10:00:00.000Z'), test: true }));
    expect(about(job)).toMatchObject([{ title: expect.stringMatching(/test/i) }]);
  });

  test('no secret stands in attempts, errors or the history', async () => {
    const job = aJob();
    const { delivery, attempts } = await arrived(await publish(failed(job, '2026-03-01T10:00:00.000Z')));
    const { secret } = apart(vendor, fake.config);
    const texts = [JSON.stringify(attempts), textOf(await historyOf(pipeline, delivery.workflowId ?? ''))].join('\n');
    expect(secretValues(secret).length).toBeGreaterThan(0);
    for (const value of secretValues(secret)) {
      for (const form of [value, encodeURIComponent(value), btoa(unescape(encodeURIComponent(value)))]) {
        expect(texts.includes(form)).toBe(false);
      }
    }
    const exchanges = attempts.flatMap(({ exchanges: text }) => JSON.parse(text));
    expect(exchanges.every(({ step }: { step?: string }) => typeof step === 'string')).toBe(true);
  });
});

function apart(vendor: Vendor, config: Record<string, unknown>) {
  return splitConfig(destinationOf(vendor.kind)?.fields ?? [], config);
}

function anEndpoint(vendor: Vendor, config: Record<string, unknown>): Promise<string> {
  const destination = destinationOf(vendor.kind);
  return pipeline.anEndpoint({
    destination: vendor.kind,
    url: destination?.address(config) ?? '',
    config: apart(vendor, config),
    eventTypes: ['nothing.by.itself'],
    secret: null,
  });
}

async function anItem(event: Partial<Parameters<Pipeline['store']['publish']>[0]>) {
  return {
    organizationId: pipeline.organizationId,
    dialect: 'standard',
    type: 'order.created',
    data: '{}',
    occurredAt: new Date().toISOString(),
    id: null,
    idempotencyKey: null,
    fingerprint: 'test',
    presenceName: null,
    userId: null,
    to: null,
    ...event,
  };
}
