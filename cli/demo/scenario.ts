import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogueOf } from '../../domain/dialects/catalogues.ts';
import { DIALECT_NAMES, wireOf } from '../../domain/dialects/wires.ts';
import { type Api, createApi } from '../api.ts';
import { type DemoReceiver, FAILURES_FIRST, startReceiver } from './receiver.ts';

/** One event and what became of it. */
export interface DemoRow {
  system: string;
  event: string;
  attempts: number;
  /** Every request was as the system's document has it, and the delivery says delivered. */
  verified: boolean;
  /** Why it is not verified. */
  problem: string | null;
  /** Temporal's UI where its address is known, else the workflow's id. */
  workflow: string;
}

/** Where and how the demo runs. */
export interface ScenarioOptions {
  url: string;
  adminKey: string;
  /** Told how far it is. */
  report(text: string): void;
  /** Ends it with an error. */
  signal: AbortSignal;
  /** How long deliveries may take altogether. */
  limitMs: number;
}

interface Delivery {
  eventId: string;
  status: string;
  attemptCount: number;
  workflowId: string | null;
  workflowUrl: string | null;
  lastErrorCode: string | null;
}

interface Published {
  dialect: string;
  type: string;
  id: string;
}

/** The receivers that fail first; between them they have signatures of both kinds. */
const FAILING = ['flexorch', 'job-status'];
const RETRY_DELAYS_MS = [500, 1_000];
const POLL_MS = 200;
/** `standard` has no types of its own. */
const OWN_EVENT = { name: 'demo.greeting', example: { text: 'Hello from Waybill' } };

/**
 * Makes an organization with an endpoint per dialect, publishes the example of every event type of the catalogues, and
 * waits until all is delivered or `limitMs` are over. One row per event, in the order of the catalogues.
 */
export async function runScenario(options: ScenarioOptions): Promise<DemoRow[]> {
  const receiver = await startReceiver(FAILING);
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
    return published.map((event) => rowOf(event, deliveries, receiver));
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
    receiver.expect(dialect, type, { id, data });
    await api.post('/v1/events', { dialect, type, data, id });
    published.push({ dialect, type, id });
  }
  return published;
}

/** Deliveries by event. */
async function untilSettled(api: Api, events: number, options: ScenarioOptions): Promise<Map<string, Delivery>> {
  const giveUpAt = performance.now() + options.limitMs;
  let reported = -1;
  for (;;) {
    options.signal.throwIfAborted();
    // One page: there are far fewer events than a page holds.
    const { data } = await api.get<{ data: Delivery[] }>('/v1/deliveries?limit=100');
    const settled = data.filter(({ status }) => status !== 'pending').length;
    if (settled !== reported) options.report(`${settled} of ${events} deliveries are done`);
    reported = settled;
    if (settled >= events || performance.now() > giveUpAt) return new Map(data.map((one) => [one.eventId, one]));
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

function rowOf({ dialect, type, id }: Published, deliveries: Map<string, Delivery>, receiver: DemoReceiver): DemoRow {
  const delivery = deliveries.get(id);
  const problem = problemOf(dialect, type, delivery, receiver);
  return {
    system: wireOf(dialect)?.title ?? dialect,
    event: type,
    attempts: delivery?.attemptCount ?? 0,
    verified: problem === null,
    problem,
    workflow: delivery?.workflowUrl ?? delivery?.workflowId ?? '',
  };
}

function problemOf(
  dialect: string,
  type: string,
  delivery: Delivery | undefined,
  receiver: DemoReceiver,
): string | null {
  const { requests, faults } = receiver.receiptsOf(dialect, type);
  const stray = receiver.strays().find((text) => text.startsWith(`${dialect}:`));
  if (faults[0] !== undefined) return faults[0];
  if (stray !== undefined) return `a request was refused by ${stray}`;
  if (!delivery) return 'there is no delivery of it';
  if (delivery.status !== 'delivered') {
    return `it is ${delivery.status}${delivery.lastErrorCode ? ` (${delivery.lastErrorCode})` : ''}`;
  }
  const expected = FAILING.includes(dialect) ? FAILURES_FIRST + 1 : 1;
  if (requests !== expected) return `${requests} requests came, not ${expected}`;
  if (delivery.attemptCount !== requests) return `${requests} requests came of ${delivery.attemptCount} attempts`;
  return null;
}
