import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AutoExport } from '../domain/exports/auto-export.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import type { BegunExport, OpenUpload } from './types.ts';

const ORDER: AutoExport = { connectorId: 7, format: 'jsonl', prefix: 'exports/' };
const UPLOAD: OpenUpload = { connectorId: 7, bucket: 'datasets', key: 'exports/ds_1.jsonl', uploadId: 'upload-1' };
const SOURCE = { format: 'jsonl', datasetId: 'ds_1' } as const;
const FILE = {
  connectorId: 7,
  bucket: 'datasets',
  key: 'exports/ds_1.jsonl',
  format: 'jsonl',
  records: 3,
  bytes: 42,
} as const;
const DOWN = { code: 'export_bucket_unavailable', message: 'The S3 server failed' } as const;
const REFUSED = { code: 'export_bucket_refused', message: 'There is no bucket of this name' } as const;

describe.each(KINDS)('exports on %s', (kind) => {
  let t: TestStore;
  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  /** A claimed delivery of `dataset.ready`, whose endpoint orders an export unless `options` say otherwise. */
  async function aDelivery(options: Record<string, unknown> = { autoExport: ORDER }) {
    const endpointId = await t.anEndpoint({ dialect: 'flexorch', options });
    const event = { dialect: 'flexorch', type: 'dataset.ready', data: '{"dataset_id":"ds_1"}', to: [endpointId] };
    await t.publish(event);
    const [row] = await t.deliveriesOf(endpointId);
    const id = row?.id ?? '';
    await t.claim([endpointId]);
    return { id, endpointId, now: () => t.delivery(id) };
  }

  const begin = (id: string, workflowId = id) => t.store.exports.begin({ id, workflowId });

  async function begun(id: string): Promise<BegunExport> {
    const result = await begin(id);
    if (result.kind !== 'begun') throw new Error(result.kind);
    return result;
  }

  async function exported(id: string): Promise<void> {
    const { try: latest } = await begun(id);
    expect(await t.store.exports.finish(latest, FILE)).toBe(true);
  }

  const shown = async (id: string) => (await t.store.deliveries.get(t.organizationId, id))?.export;

  test('a delivery whose endpoint orders an export goes alone, and no attempt is begun before it is done', async () => {
    const endpointId = await t.anEndpoint({ dialect: 'flexorch', options: { autoExport: ORDER } });
    for (const type of ['dataset.ready', 'job.completed'])
      await t.publish({ dialect: 'flexorch', type, data: '{"dataset_id":"ds_1"}', to: [endpointId] });
    const claimed = await t.store.claim({ limit: 10, room: new Map(), only: [endpointId] }, (deliveries) =>
      deliveries.map((d) => ({ workflowId: d.id, deliveries: [d] })),
    );
    expect(claimed.flatMap((c) => c.deliveries)).toMatchObject([
      { eventType: 'dataset.ready', exportState: 'needed', alone: true },
      { eventType: 'job.completed', exportState: null, alone: false },
    ]);
    const id = claimed[0]?.workflowId ?? '';
    expect(await t.begin(id)).toMatchObject({ kind: 'refused', why: 'not_exported' });
    await exported(id);
    expect(await t.begun(id)).toMatchObject({ number: 1, file: FILE });
  });

  test('begin says what is to be made, and what of it was begun before', async () => {
    const { id } = await aDelivery();
    const first = await begun(id);
    expect(first).toMatchObject({ order: ORDER, datasetId: 'ds_1', leftover: null, earlier: null });
    expect(first.try).toMatchObject({ generation: 1, tries: 1 });
    expect(await t.store.exports.uploadStarted(first.try, UPLOAD, SOURCE)).toBe(true);
    const second = await begun(id);
    expect(second.try.tries).toBe(2);
    expect(second.leftover).toEqual(UPLOAD);
    await t.store.exports.forgetUpload(id, 'another');
    await t.store.exports.forgetUpload(id, UPLOAD.uploadId);
    expect((await begun(id)).leftover).toBeNull();
  });

  test('of two tries only the later one can write', async () => {
    const { id, now } = await aDelivery();
    const old = (await begun(id)).try;
    const latest = (await begun(id)).try;
    const { exports } = t.store;
    expect(await exports.renew(old)).toBe(false);
    expect(await exports.uploadStarted(old, UPLOAD, SOURCE)).toBe(false);
    expect(await exports.finish(old, FILE)).toBe(false);
    expect(await exports.wait(old, DOWN, 1)).toBe(false);
    expect(await exports.fail(old, REFUSED)).toBe(false);
    expect(await now()).toMatchObject({ status: 'pending', exportState: 'needed', reason: null });
    expect(await exports.renew(latest)).toBe(true);
    expect(await exports.finish(latest, FILE)).toBe(true);
    expect(await exports.renew(latest)).toBe(false);
  });

  test('one that waits shows why and until when, and is not begun before', async () => {
    const { id, now } = await aDelivery();
    await t.store.exports.wait((await begun(id)).try, DOWN, 60_000);
    expect(await now()).toMatchObject({
      status: 'pending',
      reason: DOWN.code,
      lastErrorCode: DOWN.code,
      leaseUntil: null,
    });
    expect(await shown(id)).toMatchObject({ status: 'waiting', reason: DOWN.message, records: null });
    const early = await begin(id);
    expect(early).toMatchObject({ kind: 'not_due', generation: 1, attemptCount: 0 });
    expect(early.kind === 'not_due' && early.dueInMs).toBeGreaterThan(50_000);
    await t.store.control.retryNow(t.organizationId, id);
    await exported(id);
    expect(await now()).toMatchObject({ status: 'pending', exportState: 'done', reason: null });
    expect(await shown(id)).toEqual({
      status: 'done',
      reason: null,
      connectorNumber: 7,
      datasetId: 'ds_1',
      bucket: 'datasets',
      key: 'exports/ds_1.jsonl',
      format: 'jsonl',
      records: 3,
      bytes: 42,
    });
  });

  test('one that failed ends the delivery; a resend begins anew', async () => {
    const { id, now } = await aDelivery();
    await t.store.exports.fail((await begun(id)).try, REFUSED);
    expect(await now()).toMatchObject({ status: 'failed', reason: REFUSED.code, nextAttemptAt: null, attemptCount: 0 });
    expect((await now()).completedAt).not.toBeNull();
    expect(await begin(id)).toMatchObject({ kind: 'none', leftover: null });
    await t.store.control.resend(t.organizationId, id);
    expect(await t.begin(id)).toMatchObject({ kind: 'refused', why: 'not_exported' });
    const again = await begun(id);
    expect(again.try).toMatchObject({ generation: 2, tries: 1 });
    expect(again.elapsedMs).toBeLessThan(60_000);
  });

  test('a resend of what was exported names the earlier file', async () => {
    const { id, endpointId } = await aDelivery();
    await exported(id);
    await t.store.control.cancel(t.organizationId, id);
    await t.store.control.resend(t.organizationId, id);
    expect((await begun(id)).earlier).toEqual(FILE);
    // Asked for elsewhere by now: another file.
    await t.store.control.cancel(t.organizationId, id);
    const options = { autoExport: { ...ORDER, prefix: 'other/' } };
    await t.store.endpoints.update(t.organizationId, endpointId, { options });
    await t.store.control.resend(t.organizationId, id);
    expect((await begun(id)).earlier).toBeNull();
  });

  test('one that was cancelled before it was ever claimed is exported when it is resent', async () => {
    const endpointId = await t.anEndpoint({ dialect: 'flexorch', options: { autoExport: ORDER } });
    const event = { dialect: 'flexorch', type: 'dataset.ready', data: '{"dataset_id":"ds_1"}', to: [endpointId] };
    await t.publish(event);
    const [row] = await t.deliveriesOf(endpointId);
    const id = row?.id ?? '';
    await t.store.control.cancel(t.organizationId, id);
    await t.store.control.resend(t.organizationId, id);
    expect(await t.begin(id)).toMatchObject({ kind: 'refused', why: 'not_exported' });
  });

  test('there is none to make for a delivery that ended, has another workflow, or whose order was taken back', async () => {
    const ended = await aDelivery();
    await t.store.exports.uploadStarted((await begun(ended.id)).try, UPLOAD, SOURCE);
    await t.store.control.cancel(t.organizationId, ended.id);
    expect(await begin(ended.id)).toEqual({ kind: 'none', organizationId: t.organizationId, leftover: UPLOAD });

    const elsewhere = await aDelivery();
    expect(await begin(elsewhere.id, 'another')).toMatchObject({ kind: 'none', leftover: null });
    expect(await begin('dlv_unknown')).toMatchObject({ kind: 'none', leftover: null });

    const free = await aDelivery();
    await t.store.endpoints.update(t.organizationId, free.endpointId, { options: {} });
    expect(await begin(free.id)).toMatchObject({ kind: 'none' });
    expect(await t.begun(free.id)).toMatchObject({ number: 1, file: null });
  });

  test('an event that names no dataset is begun all the same, so that its fault can be written', async () => {
    const endpointId = await t.anEndpoint({ dialect: 'flexorch', options: { autoExport: ORDER } });
    await t.publish({ dialect: 'flexorch', type: 'dataset.ready', data: '{}', to: [endpointId] });
    const [id] = await t.claim([endpointId]);
    expect(await begun(id ?? '')).toMatchObject({ datasetId: null });
  });

  test('the reconciler leaves a running try alone, and not one whose worker is gone', async () => {
    const { id } = await aDelivery();
    const latest = (await begun(id)).try;
    const overdue = async () => {
      await t.rows(sql`update deliveries set next_attempt_at = now() - interval '1 hour' where id = ${id}`);
      const found = await t.store.recovery.overdue({ claimedMs: 0, startedMs: 0, backoffMs: 0 });
      return found.some(({ workflowId }) => workflowId === id);
    };
    expect(await overdue()).toBe(false);
    await t.rows(sql`update deliveries set lease_until = now() - interval '1 second' where id = ${id}`);
    expect(await overdue()).toBe(true);
    expect(await t.store.exports.renew(latest)).toBe(true);
    expect(await overdue()).toBe(false);
  });
});
