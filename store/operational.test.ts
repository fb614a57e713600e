import { and, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationalType } from '../domain/delivery/operational.ts';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { aNewEndpoint } from '../test/new-endpoint.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { EndpointDirectory } from './endpoint-directory.ts';
import { endpointDisabled } from './endpoint-occurrences.ts';
import { createOperational, type Occurrence } from './operational.ts';
import { createOutbox } from './outbox.ts';
import { deliveries, endpoints, events } from './schema.ts';

describe.each(KINDS)('operational events on %s', (kind) => {
  let t: TestStore;
  let organizationId: string;

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(async () => {
    organizationId = await anOrganization('Acme');
  });
  afterAll(() => t.close());

  async function anOrganization(name: string, watches = false): Promise<string> {
    return (await t.store.organizations.create(name, watches)).organization.id;
  }
  const anEndpoint = (changes: Parameters<typeof aNewEndpoint>[0] = {}, of = organizationId) =>
    t.anEndpoint(changes, of);
  const listener = (types: OperationalType[], of = organizationId) => anEndpoint({ eventTypes: types }, of);

  /** What an endpoint was told, oldest first, each checked against its schema. */
  async function toldTo(endpointId: string) {
    const rows = await t.store.db
      .select({
        id: events.id,
        type: events.type,
        data: events.data,
        dialect: events.dialect,
        status: deliveries.status,
      })
      .from(deliveries)
      .innerJoin(events, and(eq(events.id, deliveries.eventId), eq(events.organizationId, deliveries.organizationId)))
      .where(eq(deliveries.endpointId, endpointId))
      .orderBy(deliveries.id);
    return rows.map(({ id, dialect, type, data, status }) => {
      const facts = eventTypeOf(dialect, type)?.schema.parse(JSON.parse(data));
      return { id, type, status, data: facts as Record<string, unknown> };
    });
  }
  const eventsOf = (of: string) => t.store.db.select().from(events).where(eq(events.organizationId, of));

  describe('of endpoints', () => {
    const secret = { scheme: 'hmac', value: `whsec_${Buffer.alloc(32, 9).toString('base64')}` } as const;

    it('tell what happens to one, in order and with ids only', async () => {
      const to = await listener(['endpoint.created', 'endpoint.updated', 'endpoint.disabled']);
      const url = 'https://hooks.example.com:8443/path-s3cret?token=s3cret';
      const headers = [{ name: 'X-Key', value: 's3cret' }];
      const id = await anEndpoint({ url, headers, description: 'Orders', secret: { ...secret } });
      await t.store.endpoints.update(organizationId, id, {
        timeoutMs: 2_000,
        headers: [{ name: 'X-Key', value: 's3cret2' }],
      });
      await t.store.endpoints.rotateSecret(organizationId, id, { ...secret }, 0);
      await t.store.endpoints.disable(organizationId, id, 'requested');
      await t.store.endpoints.enable(organizationId, id);
      await t.store.endpoints.remove(organizationId, id);

      const told = await toldTo(to);
      const endpoint = {
        id,
        dialect: 'standard',
        destination: 'webhook',
        host: 'hooks.example.com:8443',
        description: 'Orders',
      };
      const common = { organization: { id: organizationId, name: 'Acme' }, endpoint };
      expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
        { type: 'endpoint.created', data: common },
        { type: 'endpoint.updated', data: { ...common, change: 'settings', fields: ['timeoutMs', 'headers'] } },
        { type: 'endpoint.updated', data: { ...common, change: 'secret_rotated', fields: [] } },
        { type: 'endpoint.disabled', data: { ...common, reason: 'requested' } },
        { type: 'endpoint.updated', data: { ...common, change: 'enabled', fields: [] } },
        { type: 'endpoint.updated', data: { ...common, change: 'deleted', fields: [] } },
      ]);
      expect(new Set(told.map((event) => event.status))).toEqual(new Set(['pending']));
      expect(JSON.stringify(told)).not.toMatch(/s3cret|whsec_/);
    });

    it('tell nothing of what changed nothing', async () => {
      const to = await listener(['endpoint.updated', 'endpoint.disabled']);
      const id = await anEndpoint();
      await t.store.endpoints.enable(organizationId, id);
      await t.store.endpoints.update(organizationId, id, {});
      await t.store.endpoints.update(organizationId, id, { headers: [{ name: 'X-Unknown', value: null }] });
      await t.store.endpoints.disable(organizationId, id, 'requested');
      await t.store.endpoints.disable(organizationId, id, 'requested');
      expect((await toldTo(to)).map((event) => event.type)).toEqual(['endpoint.disabled']);
    });

    it('wake the dispatcher after the commit', async () => {
      await listener(['endpoint.created']);
      await listener(['endpoint.created']);
      const seen: number[] = [];
      // 0: look, though nothing is known of; so it begins with where other processes are listened to.
      const stop = t.store.onWaiting((count) => void (count > 0 && seen.push(count)));
      await anEndpoint();
      stop();
      expect(seen).toEqual([2]);
    });

    it('to a disabled listener are kept cancelled, for a replay', async () => {
      const to = await listener(['endpoint.created']);
      await t.store.endpoints.disable(organizationId, to, 'requested');
      await anEndpoint();
      expect(await toldTo(to)).toMatchObject([{ type: 'endpoint.created', status: 'cancelled' }]);
    });
  });

  describe('go only to whom they are meant for', () => {
    it('catch-alls, patterns and other dialects get nothing, and where nobody else listens nothing is written', async () => {
      const deaf = [
        await anEndpoint(),
        await anEndpoint({ dialect: '*' }),
        await anEndpoint({ eventTypes: ['*'] }),
        await anEndpoint({ eventTypes: ['endpoint.*'] }),
        await anEndpoint({ dialect: 'fltr', eventTypes: ['endpoint.created'] }),
      ];
      await anEndpoint();
      for (const id of deaf) expect(await toldTo(id)).toEqual([]);
      expect(await eventsOf(organizationId)).toEqual([]);
    });

    it('other organizations get nothing', async () => {
      const stranger = await listener(['endpoint.created'], await anOrganization('Other'));
      await anEndpoint();
      expect(await toldTo(stranger)).toEqual([]);
    });

    it('an organization that watches gets copies that name the organization, and each its own once', async () => {
      const watching = await anOrganization('Operations', true);
      const watcher = await listener(['endpoint.created'], watching);
      const own = await listener(['endpoint.created']);
      const id = await anEndpoint();
      const itsOwn = await anEndpoint({}, watching);

      const seen = (await toldTo(watcher)).map(({ data }) => data);
      expect(seen).toMatchObject([
        { organization: { id: organizationId, name: 'Acme' }, endpoint: { id: own } },
        { organization: { id: organizationId, name: 'Acme' }, endpoint: { id } },
        { organization: { id: watching, name: 'Operations' }, endpoint: { id: itsOwn } },
      ]);
      expect((await toldTo(own)).map(({ data }) => data.endpoint)).toMatchObject([{ id }]);
      await t.store.organizations.update(watching, { watchesInstallation: false });
      await anEndpoint();
      expect(await toldTo(watcher)).toHaveLength(3);
    });
  });

  describe('are written', () => {
    const operational = () =>
      createOperational(
        createOutbox(t.store.db, {
          onCommitted: () => undefined,
          onWritten: () => undefined,
          onPublished: () => undefined,
        }),
        new EndpointDirectory(t.store.db),
      );
    async function anOccurrence(): Promise<Occurrence> {
      const [row] = await t.store.db
        .select()
        .from(endpoints)
        .where(eq(endpoints.id, await anEndpoint()));
      if (!row) throw new Error('no endpoint');
      return endpointDisabled(row, 'gone');
    }

    it('once, however often the same is raised, also at the same time', async () => {
      const to = await listener(['endpoint.disabled']);
      const occurrence = await anOccurrence();
      const audience = await operational().audienceOf([organizationId]);
      const raise = () => operational().transaction(audience, (_tx, raise) => raise([occurrence]));
      await Promise.all([raise(), raise(), raise()]);
      await raise();
      expect(await toldTo(to)).toHaveLength(1);
    });

    it('not at all when what they tell is rolled back', async () => {
      const to = await listener(['endpoint.disabled']);
      const occurrence = await anOccurrence();
      const told: number[] = [];
      const stop = t.store.onWaiting((count) => void (count > 0 && told.push(count)));
      const audience = await operational().audienceOf([organizationId]);
      const failing = operational().transaction(audience, async (_tx, raise) => {
        await raise([occurrence]);
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      stop();
      expect(await toldTo(to)).toEqual([]);
      expect(told).toEqual([]);
    });

    it('not while the audience is empty', async () => {
      await anEndpoint({ eventTypes: ['endpoint.*'] });
      expect(await operational().audienceOf([organizationId])).toEqual([]);
    });
  });

  describe('of exports', () => {
    const autoExport = { connectorId: 7, format: 'jsonl', prefix: 'daily/' };

    async function anExport(options: Record<string, unknown> = { autoExport }) {
      const endpointId = await anEndpoint({ dialect: 'flexorch', options });
      const data = '{"dataset_id":"ds_1"}';
      await t.publish({ organizationId, dialect: 'flexorch', type: 'dataset.ready', data, to: [endpointId] });
      const [id = ''] = await t.claim([endpointId]);
      return { id, endpointId };
    }
    async function fail(id: string): Promise<boolean> {
      const begun = await t.store.exports.begin({ id, workflowId: id });
      if (begun.kind !== 'begun') throw new Error(begun.kind);
      return t.store.exports.fail(begun.try, {
        code: 'export_bucket_refused',
        message: 'There is no bucket of this name',
      });
    }

    it('tell that one failed, and that its delivery did, once in each generation', async () => {
      const to = await listener(['export.failed', 'delivery.failed']);
      const { id, endpointId } = await anExport();
      expect(await fail(id)).toBe(true);
      const { eventId } = await t.delivery(id);
      const common = {
        organization: { id: organizationId, name: 'Acme' },
        endpoint: { id: endpointId, dialect: 'flexorch', host: 'hooks.example.com' },
        delivery: { id, eventId, eventType: 'dataset.ready', attempts: 0 },
        errorCode: 'export_bucket_refused',
      };
      const file = { datasetId: 'ds_1', connectorId: 7, key: 'daily/ds_1.jsonl' };
      expect(await toldTo(to)).toMatchObject([
        { type: 'export.failed', data: { ...common, export: file } },
        { type: 'delivery.failed', data: { ...common, reason: 'export_failed', statusCode: null } },
      ]);
      await t.store.control.resend(organizationId, id);
      await fail(id);
      expect((await toldTo(to)).map((event) => event.type)).toEqual([
        'export.failed',
        'delivery.failed',
        'export.failed',
        'delivery.failed',
      ]);
    });

    it('tell nothing where nobody listens, and the delivery fails all the same', async () => {
      const { id } = await anExport();
      expect(await fail(id)).toBe(true);
      expect(await t.delivery(id)).toMatchObject({ status: 'failed', failedBy: 'export' });
      expect((await eventsOf(organizationId)).map((event) => event.type)).toEqual(['dataset.ready']);
    });
  });

  it('a change is seen by the next occurrence, whoever made it', async () => {
    const to = await anEndpoint({ eventTypes: ['order.created'] });
    await anEndpoint();
    await t.store.endpoints.update(organizationId, to, { eventTypes: ['endpoint.created'] });
    const id = await anEndpoint();
    expect((await toldTo(to)).map(({ data }) => data.endpoint)).toMatchObject([{ id }]);
    await t.store.endpoints.remove(organizationId, to);
    await anEndpoint();
    const waiting = and(eq(deliveries.endpointId, to), isNull(deliveries.completedAt));
    expect(await t.store.db.select().from(deliveries).where(waiting)).toHaveLength(1);
  });
});
