import { inject } from 'vitest';
import { LOOPBACK_NETWORKS } from '../outbound/address-guard.ts';
import { createHttpClient } from '../outbound/http-client.ts';
import type { NewEndpoint } from '../store/endpoints.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { StoredDelivery } from '../store/read-deliveries.ts';
import type { PublishItem } from '../store/types.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../worker/runtime.ts';
import { eventually } from './eventually.ts';
import { aNamespace, bundledWorkflows, type TestNamespace } from './temporal.ts';

/** Store, dispatcher and worker in this process, against the run's Temporal server, in a namespace of their own. */
export interface Pipeline {
  store: Store;
  runtime: Runtime;
  namespace: TestNamespace;
  organizationId: string;
  /** Faults that were reported and tried again. */
  faults: { where: string; error: unknown }[];
  anEndpoint(settings: Partial<NewEndpoint> & { url: string }): Promise<string>;
  publish(event?: Partial<PublishItem>): Promise<string>;
  /** The delivery of an event to an endpoint. */
  delivery(eventId: string, endpointId: string): Promise<StoredDelivery>;
  /** The same once it is no longer pending. */
  settled(eventId: string, endpointId: string, withinMs?: number): Promise<StoredDelivery>;
  /** Starts another runtime on the same store and namespace, as a second worker would be. */
  anotherRuntime(changes?: Partial<RuntimeOptions>): Promise<Runtime>;
  close(): Promise<void>;
}

const ALL = { endpointId: null, eventId: null, status: null, eventType: null, since: null, until: null };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Opens everything; `changes` replace parts of the runtime, such as `store` wrapped to fail. */
export async function aPipeline(changes: (store: Store) => Partial<RuntimeOptions> = () => ({})): Promise<Pipeline> {
  const namespace = await aNamespace();
  const faults: Pipeline['faults'] = [];
  const onFault = (where: string, error: unknown) => void faults.push({ where, error });
  const store = await openStore({ dataDir: null, secretKey: Buffer.alloc(32, 1), onFault });
  const http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
  const options: RuntimeOptions = {
    store,
    http,
    connection: { address: inject('temporalAddress') },
    namespace: namespace.namespace,
    retentionDays: 1,
    workflowBundle: { codePath: bundledWorkflows() },
    timeScale: 1,
    maxPerWorkflow: 100,
    userAgent: 'Waybill/test',
    onAttempt: () => undefined,
    onWarning: () => undefined,
    onFault,
    onDisabled: () => undefined,
    ...changes(store),
  };
  const runtimes = [await startRuntime(options)];
  const { organization } = await store.organizations.create('Test');
  const organizationId = organization.id;
  const delivery = async (eventId: string, endpointId: string): Promise<StoredDelivery> => {
    const [found] = await store.deliveries.list(organizationId, { ...ALL, eventId, endpointId }, { limit: 1, after: null });
    if (!found) throw new Error(`no delivery of ${eventId} to ${endpointId}`);
    return found;
  };
  return {
    store,
    runtime: runtimes[0] as Runtime,
    namespace,
    organizationId,
    faults,
    async anEndpoint(settings) {
      const created = await store.endpoints.create(organizationId, {
        dialect: 'standard',
        description: '',
        eventTypes: null,
        presenceName: null,
        userId: null,
        options: {},
        retryDelaysMs: null,
        timeoutMs: null,
        maxConcurrency: null,
        acknowledge: null,
        headers: [],
        secret: { scheme: 'hmac', value: SECRET },
        ...settings,
      });
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
      await http.close();
      await store.close();
      await namespace.close();
    },
  };
}
