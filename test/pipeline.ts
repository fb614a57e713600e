import { Client } from '@temporalio/client';
import { inject } from 'vitest';
import { LOOPBACK_NETWORKS } from '../outbound/address-guard.ts';
import { createHttpClient } from '../outbound/http-client.ts';
import { createRecordsClient } from '../outbound/records-client.ts';
import { createS3Port } from '../outbound/s3-client.ts';
import type { NewEndpoint } from '../store/endpoints.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { StoredAttempt, StoredDelivery } from '../store/read-deliveries.ts';
import type { PublishItem } from '../store/types.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../worker/runtime.ts';
import { eventually } from './eventually.ts';
import { aNewEndpoint } from './new-endpoint.ts';
import { aNamespace, bundledWorkflows, type TestNamespace } from './temporal.ts';

/** Store, dispatcher and worker in this process, against the run's Temporal server, in a namespace of their own. */
export interface Pipeline {
  store: Store;
  /** The first one started. */
  runtime: Runtime;
  namespace: TestNamespace;
  /** What an operator's tools see of Temporal. */
  client: Client;
  organizationId: string;
  /** Faults that were reported and tried again. */
  faults: { where: string; error: unknown }[];
  anEndpoint(settings: Partial<NewEndpoint> & { url: string }): Promise<string>;
  publish(event?: Partial<PublishItem>): Promise<string>;
  /** The delivery of an event to an endpoint. */
  delivery(eventId: string, endpointId: string): Promise<StoredDelivery>;
  /** Tries of a delivery, oldest first, one under way included. */
  attempts(deliveryId: string): Promise<StoredAttempt[]>;
  /** The delivery once it is no longer pending. */
  settled(eventId: string, endpointId: string, withinMs?: number): Promise<StoredDelivery>;
  /** Cancels what waits for an endpoint that was just disabled or deleted, and tells the workflows. */
  withdraw(endpointId: string, reason: string): Promise<void>;
  /** Starts another runtime on the same store and namespace, as a second worker would be. */
  anotherRuntime(changes?: Partial<RuntimeOptions>): Promise<Runtime>;
  close(): Promise<void>;
}

const ALL = { endpointId: null, eventId: null, status: null, eventType: null, since: null, until: null };

/**
 * Opens everything; `changes` replace parts of the runtime, such as `store` wrapped to fail. With `idle` no runtime works
 * until `anotherRuntime` is called. `timeScale` is that of store and runtime, `temporalAddress` that of a server of the test's own.
 */
export async function aPipeline(
  changes: (store: Store) => Partial<RuntimeOptions> = () => ({}),
  { idle = false, timeScale = 1, temporalAddress = inject('temporalAddress') } = {},
): Promise<Pipeline> {
  const namespace = await aNamespace(temporalAddress);
  const faults: Pipeline['faults'] = [];
  const onFault = (where: string, error: unknown) => void faults.push({ where, error });
  const store = await openStore({ dataDir: null, secretKey: Buffer.alloc(32, 1), timeScale, onFault });
  const http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
  const s3 = createS3Port({ allowNetworks: LOOPBACK_NETWORKS });
  const records = createRecordsClient({ allowNetworks: LOOPBACK_NETWORKS, userAgent: 'Waybill/test' });
  const options: RuntimeOptions = {
    store,
    http,
    s3,
    records,
    connection: { address: temporalAddress },
    namespace: namespace.namespace,
    retentionDays: 1,
    keepDays: 90,
    keepIdempotencyDays: 7,
    workflowBundle: { codePath: bundledWorkflows() },
    timeScale,
    maxPerWorkflow: 100,
    userAgent: 'Waybill/test',
    onClaim: () => undefined,
    onStart: () => undefined,
    onAttempt: () => undefined,
    onExport: () => undefined,
    onWarning: () => undefined,
    onFault,
    onDisabled: (endpointId) => void withdraw(endpointId, 'endpoint_disabled').catch((e) => onFault('disable', e)),
    ...changes(store),
  };
  const runtimes = idle ? [] : [await startRuntime(options)];
  const withdraw = async (endpointId: string, reason: string): Promise<void> => {
    for await (const held of store.cancelPendingOf(endpointId, reason)) {
      for (const { workflowId, ids } of held) await runtimes[0]?.signalLookAgain(workflowId, ids);
    }
  };
  const { organization } = await store.organizations.create('Test');
  const organizationId = organization.id;
  const delivery = async (eventId: string, endpointId: string): Promise<StoredDelivery> => {
    const [found] = await store.deliveries.list(
      organizationId,
      { ...ALL, eventId, endpointId },
      { limit: 1, after: null },
    );
    if (!found) throw new Error(`no delivery of ${eventId} to ${endpointId}`);
    return found;
  };
  return {
    store,
    get runtime() {
      return runtimes[0] as Runtime;
    },
    namespace,
    client: new Client({ connection: namespace.connection, namespace: namespace.namespace }),
    organizationId,
    faults,
    async anEndpoint(settings) {
      const created = await store.endpoints.create(organizationId, aNewEndpoint(settings));
      if (created.kind !== 'created') throw new Error(created.kind);
      return created.endpoint.id;
    },
    async publish(event = {}) {
      const result = await store.publish({
        organizationId,
        dialect: 'standard',
        type: 'order.created',
        data: '{"total":42}',
        occurredAt: new Date().toISOString(),
        id: null,
        idempotencyKey: null,
        fingerprint: 'test',
        presenceName: null,
        userId: null,
        to: null,
        ...event,
      });
      if (result.kind !== 'created') throw new Error(result.kind);
      return result.eventId;
    },
    delivery,
    attempts: async (deliveryId) =>
      (await store.deliveries.attempts(organizationId, deliveryId, { limit: 100, after: 0 })) ?? [],
    withdraw,
    settled: (eventId, endpointId, withinMs) =>
      eventually(
        `the end of the delivery of ${eventId}`,
        async () => {
          const found = await delivery(eventId, endpointId);
          return found.status !== 'pending' && found;
        },
        withinMs,
      ),
    async anotherRuntime(more = {}) {
      const runtime = await startRuntime({ ...options, ...more });
      runtimes.push(runtime);
      return runtime;
    },
    async close() {
      await Promise.all(runtimes.map((runtime) => runtime.stop()));
      await Promise.all([http.close(), s3.close(), records.close()]);
      await store.close();
      await namespace.close();
    },
  };
}
