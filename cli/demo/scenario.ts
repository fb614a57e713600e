import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { catalogueOf } from '../../domain/dialects/catalogues.ts';
import { DIALECT_NAMES, wireOf } from '../../domain/dialects/wires.ts';
import { type Api, createApi } from '../api.ts';
import { type DemoRow, rowOf, type ScenarioOptions, untilSettled } from './deliveries.ts';
import { type DemoReceiver, FAILURES_FIRST, startReceiver } from './receiver.ts';
import { RECEIVER_CHECKS } from './receiver-checks.ts';

interface Published {
  dialect: string;
  type: string;
  id: string;
}

/** The receivers that fail first; between them they have signatures of both kinds. */
const FAILING = ['flexorch', 'job-status'];
const RETRY_DELAYS_MS = [500, 1_000];
/** `standard` has no types of its own. */
const OWN_EVENT = { name: 'demo.greeting', example: { text: 'Hello from Waybill' } };

/**
 * Makes an organization with an endpoint per dialect, publishes the example of every event type of the catalogues, and
 * waits until all is delivered or `limitMs` are over. One row per event, in the order of the catalogues.
 */
export async function runScenario(options: ScenarioOptions): Promise<DemoRow[]> {
  const receiver = await startReceiver(RECEIVER_CHECKS, FAILING);
  try {
    const admin = createApi(options.url, options.adminKey);
    const { key } = await admin.post<{ key: string }>('/v1/organizations', { name: 'Demo' });
    const api = createApi(options.url, key);
    for (const dialect of DIALECT_NAMES) await createEndpoint(api, receiver, dialect);
    options.report(`made an organization and ${DIALECT_NAMES.length} endpoints`);
    const published: Published[] = [];
    for (const dialect of DIALECT_NAMES) published.push(...(await publishAll(api, receiver, dialect)));
    options.report(`published ${published.length} events`);
    const deliveries = await untilSettled(api, published.length, options);
    return published.map(({ dialect, type, id }) => {
      const system = wireOf(dialect)?.title ?? dialect;
      const requests = FAILING.includes(dialect) ? FAILURES_FIRST + 1 : 1;
      const delivery = deliveries.find(({ eventId }) => eventId === id);
      return rowOf({ system, receiver: dialect, type, requests }, delivery, receiver);
    });
  } finally {
    await receiver.close();
  }
}

async function createEndpoint(api: Api, receiver: DemoReceiver, dialect: string): Promise<void> {
  const sharedHeader = randomBytes(16).toString('hex');
  const { secret } = await api.post<{ secret: string }>('/v1/endpoints', {
    url: receiver.urlOf(dialect),
    dialect,
    retryDelaysMs: RETRY_DELAYS_MS,
    headers: [{ name: 'X-Webhook-Secret', value: sharedHeader }],
  });
  receiver.know(dialect, { secret, sharedHeader });
}

async function publishAll(api: Api, receiver: DemoReceiver, dialect: string): Promise<Published[]> {
  const catalogued = catalogueOf(dialect)?.eventTypes.filter((type) => !type.reserved) ?? [];
  const published: Published[] = [];
  for (const { name: type, example: data } of catalogued.length > 0 ? catalogued : [OWN_EVENT]) {
    const id = `demo_${randomBytes(8).toString('hex')}`;
    receiver.expect(dialect, type, { id, fits: (received) => isDeepStrictEqual(received, data) });
    await api.post('/v1/events', { dialect, type, data, id });
    published.push({ dialect, type, id });
  }
  return published;
}
