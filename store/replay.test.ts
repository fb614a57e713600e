import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFailure, anEnd, aStore, KINDS, type TestStore } from '../test/stores.ts';
import { createReplay, type ReplayInclude, type ReplayRequest } from './replay.ts';

const ALL: ReplayInclude[] = ['failed', 'cancelled', 'missing'];

describe.each(KINDS)('replaying on %s', (kind) => {
  let t: TestStore;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  afterAll(() => t.close());

  const aRequest = (id: string, type: string, changes: Partial<ReplayRequest> = {}): ReplayRequest => ({
    organizationId: t.organizationId,
    endpoint: {
      id,
      dialect: 'standard',
      eventTypes: [type],
      presenceName: null,
      userId: null,
      filter: null,
      disabled: false,
    },
    since: '2000-01-01T00:00:00Z',
    until: '2100-01-01T00:00:00Z',
    include: ALL,
    dryRun: false,
    ...changes,
  });

  /** An endpoint with a delivered, a failed and a cancelled delivery, and one missing. */
  async function mixed(type: string) {
    await t.publish({ type });
    await t.publish({ type: `${type}.other` });
    const endpointId = await t.anEndpoint({ eventTypes: [type] });
    for (let n = 0; n < 3; n++) await t.publish({ type });
    const [delivered, failed, cancelled] = (await t.claim([endpointId])) as [string, string, string];
    await t.store.attempts.finish(anEnd(await t.begun(delivered)));
    await t.store.attempts.finish(anEnd(await t.begun(failed), aFailure(null)));
    await t.store.control.cancel(t.organizationId, cancelled);
    return { endpointId, delivered, failed, cancelled };
  }

  it('counts only, on a dry run', async () => {
    const { endpointId } = await mixed('dry');
    const before = await t.deliveriesOf(endpointId);
    const counts = await t.store.replay(aRequest(endpointId, 'dry', { dryRun: true }));
    expect(counts).toEqual({ failed: 1, cancelled: 1, missing: 1 });
    expect(await t.deliveriesOf(endpointId)).toEqual(before);
  });

  it('brings failed and cancelled ones back to waiting, makes the missing, and leaves the delivered', async () => {
    const { endpointId, delivered, failed, cancelled } = await mixed('real');
    let told = 0;
    const stop = t.store.onWaiting((deliveries) => {
      told += deliveries;
    });
    expect(await t.store.replay(aRequest(endpointId, 'real'))).toEqual({ failed: 1, cancelled: 1, missing: 1 });
    stop();
    expect(told).toBe(3);
    const rows = new Map((await t.deliveriesOf(endpointId)).map((row) => [row.id, row]));
    expect(rows.get(delivered)).toMatchObject({ status: 'delivered', generation: 1 });
    const again = { status: 'pending', reason: null, generation: 2, tries: 0, workflowId: null, completedAt: null };
    expect(rows.get(failed)).toMatchObject({ ...again, attemptCount: 1 });
    expect(rows.get(cancelled)).toMatchObject({ ...again, attemptCount: 0 });
    expect(rows.size).toBe(4);
    expect(await t.claim([endpointId])).toHaveLength(3);
    expect(await t.store.replay(aRequest(endpointId, 'real'))).toEqual({ failed: 0, cancelled: 0, missing: 0 });
  });

  it.each(ALL)('brings only the %s when only they are asked for', async (include) => {
    const { endpointId } = await mixed(`only-${include}`);
    const request = aRequest(endpointId, `only-${include}`, { include: [include] });
    expect(await t.store.replay(request)).toEqual({ failed: 0, cancelled: 0, missing: 0, [include]: 1 });
  });

  it('keeps to the time in which the events were accepted', async () => {
    const { endpointId } = await mixed('timed');
    await t.rows(sql`update events set created_at = '2020-05-05T12:00:00Z' where type = 'timed'`);
    const at = (since: string, until: string) =>
      t.store.replay(aRequest(endpointId, 'timed', { since, until, dryRun: true }));
    expect(await at('2020-05-05T12:00:00Z', '2020-05-05T12:00:01Z')).toEqual({ failed: 1, cancelled: 1, missing: 1 });
    expect(await at('2020-05-05T11:00:00Z', '2020-05-05T12:00:00Z')).toEqual({ failed: 0, cancelled: 0, missing: 0 });
    expect(await at('2020-05-05T12:00:01Z', '2100-01-01T00:00:00Z')).toEqual({ failed: 0, cancelled: 0, missing: 0 });
  });

  it('reads no other organization’s deliveries and events', async () => {
    const { endpointId } = await mixed('foreign');
    const { organization } = await t.store.organizations.create('Other');
    const request = aRequest(endpointId, 'foreign', { organizationId: organization.id });
    expect(await t.store.replay(request)).toEqual({ failed: 0, cancelled: 0, missing: 0 });
  });

  it('does not bring an endpoint what was addressed to others', async () => {
    const named = await t.anEndpoint();
    await t.publish({ type: 'addressed', to: [named] });
    const other = await t.anEndpoint({ eventTypes: ['addressed'] });
    expect(await t.store.replay(aRequest(other, 'addressed'))).toEqual({ failed: 0, cancelled: 0, missing: 0 });
  });

  it('takes what was published to a disabled endpoint', async () => {
    const endpointId = await t.anEndpoint({ eventTypes: ['shut'] });
    await t.store.endpoints.disable(t.organizationId, endpointId, 'by_hand');
    await t.publish({ type: 'shut' });
    await t.store.endpoints.enable(t.organizationId, endpointId);
    expect(await t.store.replay(aRequest(endpointId, 'shut'))).toEqual({ failed: 0, cancelled: 1, missing: 0 });
    expect(await t.claim([endpointId])).toHaveLength(1);
  });

  it('makes no second delivery when two replays go on at once, and counts each once', async () => {
    for (let n = 0; n < 20; n++) await t.publish({ type: 'both' });
    const endpointId = await t.anEndpoint({ eventTypes: ['both'] });
    const [one, two] = await Promise.all([1, 2].map(() => t.store.replay(aRequest(endpointId, 'both'))));
    expect(await t.deliveriesOf(endpointId)).toHaveLength(20);
    expect((one?.missing ?? 0) + (two?.missing ?? 0)).toBe(20);
    for (const id of await t.claim([endpointId])) await t.store.control.cancel(t.organizationId, id);
    const again = await Promise.all([1, 2].map(() => t.store.replay(aRequest(endpointId, 'both'))));
    expect(again.reduce((sum, counts) => sum + counts.cancelled, 0)).toBe(20);
    expect((await t.deliveriesOf(endpointId)).every((row) => row.generation === 2)).toBe(true);
  });

  it('brings each delivery once, though it fails again meanwhile, and more than a page of them', async () => {
    const endpointId = await t.anEndpoint();
    await t.waiting(endpointId, 1_200);
    const fail = sql`update deliveries set status = 'failed' where endpoint_id = ${endpointId} and status = 'pending'`;
    await t.rows(fail);
    const failing: Promise<unknown>[] = [];
    const replay = createReplay(t.store.db, { onWaiting: () => void failing.push(t.rows(fail)) });
    expect(await replay(aRequest(endpointId, 'none'))).toEqual({ failed: 1_200, cancelled: 0, missing: 0 });
    await Promise.all(failing);
    expect((await t.deliveriesOf(endpointId)).every((row) => row.generation === 2)).toBe(true);
  });
});
