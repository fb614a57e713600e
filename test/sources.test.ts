import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogueOf } from '../domain/dialects/catalogues.ts';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';
import { aSecret, type SentRequest, sentBy, signedByFltr } from '../gateway/testing/sender.ts';
import { type Call, startTestGateway, type TestGateway } from '../gateway/testing/test-gateway.ts';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let gateway: TestGateway;
let receiver: Receiver;
let url: string;

beforeAll(async () => {
  pipeline = await aPipeline();
  const { store, runtime } = pipeline;
  gateway = await startTestGateway({ store, signalLookAgain: runtime.signalLookAgain });
  url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  receiver = await aReceiver();
});
afterAll(async () => {
  await gateway?.close();
  await pipeline?.close();
  await receiver?.close();
});

const call = async (method: 'GET' | 'POST', path: string, body?: Call['body']) =>
  (await gateway.call(method, path, { organization: pipeline.organizationId, body })).json();

async function aSource(dialect: string, secret: string): Promise<{ id: string; address: string }> {
  const { id, address } = await call('POST', '/v1/sources', { dialect, secret });
  return { id, address: `${url}${new URL(address).pathname}` };
}

interface Answer {
  status: number;
  eventId: string | undefined;
}

/** Over a real connection, as the system's own sender does. */
async function post(address: string, { headers, body }: SentRequest): Promise<Answer> {
  const response = await fetch(address, { method: 'POST', headers, body: Buffer.from(body) });
  const { id } = (await response.json()) as { id?: string };
  return { status: response.status, eventId: id };
}

/** Everything listed, page by page. */
async function all(path: string): Promise<Record<string, string>[]> {
  const found: Record<string, string>[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await call('GET', `${path}limit=100${cursor && `&cursor=${cursor}`}`);
    found.push(...page.data);
    cursor = page.nextCursor;
  }
  return found;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string | number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** The same order every time, in which nothing stands where it did. */
function shuffled<T>(items: readonly T[]): T[] {
  let state = 42;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Asks for little: it competes with the deliveries it waits for. */
async function allSettled(endpointId: string): Promise<void> {
  const path = `/v1/deliveries?endpointId=${endpointId}&status=pending&limit=1`;
  await eventually('no delivery is pending', async () => (await call('GET', path)).data.length === 0, 240_000);
}

const EVENTS = 600;
const REPEATS = 300;
const FORGED = 50;
const MALFORMED = 50;

test('of 1,000 deliveries with repeats, forgeries and rubbish among them the right ones come out, once', async () => {
  const secret = aSecret('fltr');
  const source = await aSource('fltr', secret);
  const endpointId = await pipeline.anEndpoint({
    url: receiver.url,
    dialect: 'fltr',
    timeoutMs: 30_000,
    retryDelaysMs: [1_000, 1_000, 1_000],
  });

  const document = (n: number) => ({ document_id: `doc_${n}`, dataset_id: 'ds_1', deleted_by: 'user_1' });
  const genuine = (n: number, attempt: number): SentRequest => {
    const sent = sentBy('fltr', { id: `evt_${n}`, type: 'document.deleted', data: document(n) }, secret);
    return { ...sent, headers: { ...sent.headers, 'X-FLTR-Delivery': `attempt-${n}-${attempt}` } };
  };
  // Each under the id of a true event: believed, it would keep that one out.
  const forged = (n: number): SentRequest => {
    const sent = genuine(n, 0);
    const { 'X-FLTR-Signature': signature = '', ...unsigned } = sent.headers;
    const evil = String(sent.body).replace('user_1', 'mallory');
    const { headers } = sent;
    return [
      signedByFltr(evil, aSecret('fltr', 9)),
      { headers, body: evil },
      { headers: unsigned, body: evil },
      { headers: { ...headers, 'X-FLTR-Signature': signature.toUpperCase() }, body: sent.body },
      { headers: { ...headers, 'X-FLTR-Signature': `sha256=${signature}` }, body: sent.body },
    ][n % 5] as SentRequest;
  };
  const malformed = (n: number): SentRequest =>
    signedByFltr(
      [
        `{"id":"evt_${n}","event":"document.deleted"`,
        `{"id":"evt_${n}","data":{}}`,
        `[{"id":"evt_${n}"}]`,
        Buffer.from(`{"id":"evt_${n}","event":"\xff"}`, 'latin1'),
        '',
      ][n % 5] as string | Buffer,
      secret,
    );
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
  const sent = shuffled([
    ...numbers(EVENTS).map((n) => ({ n, what: 'genuine', request: genuine(n, 1) })),
    // Some are sent again once, some twice.
    ...numbers(REPEATS).map((n) => ({ n: n % 200, what: 'genuine', request: genuine(n % 200, 2 + n) })),
    ...numbers(FORGED).map((n) => ({ n, what: 'forged', request: forged(n) })),
    ...numbers(MALFORMED).map((n) => ({ n, what: 'malformed', request: malformed(n) })),
  ]);
  expect(sent).toHaveLength(1_000);

  const answers: (Answer & { n: number; what: string })[] = [];
  const waiting = [...sent];
  const send = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      answers.push({ ...(await post(source.address, next.request)), n: next.n, what: next.what });
    }
  };
  await Promise.all(numbers(20).map(send));

  expect(countBy(answers, ({ what, status }) => `${what} ${status}`)).toEqual({
    'genuine 202': EVENTS,
    'genuine 200': REPEATS,
    'forged 401': FORGED,
    'malformed 400': MALFORMED,
  });
  // Whichever of an event's arrivals was first, all of them were answered with the same id.
  const idOf = new Map(answers.filter(({ status }) => status === 202).map(({ n, eventId }) => [n, eventId]));
  for (const { n, eventId } of answers.filter(({ status }) => status === 200)) expect(eventId).toBe(idOf.get(n));
  expect(new Set(idOf.values()).size).toBe(EVENTS);

  const events = await all('/v1/events?');
  const expected = numbers(EVENTS).map((n) => [idOf.get(n), source.id, `evt_${n}`, null]);
  expect(events.map((e) => [e.id, e.sourceId, e.sourceEventId, e.flag]).sort()).toEqual(expected.sort());

  await allSettled(endpointId);
  const deliveries = await all(`/v1/deliveries?endpointId=${endpointId}&`);
  expect(countBy(deliveries, (d) => d.status ?? '')).toEqual({ delivered: EVENTS });
  const bodies = receiver.received.map(({ body }) => JSON.parse(body));
  const documentOf = new Map([...idOf].map(([n, eventId]) => [eventId, document(n)]));
  expect(new Set(bodies.map(({ id }) => id))).toEqual(new Set(documentOf.keys()));
  for (const { id, data } of bodies) expect(data).toEqual(documentOf.get(id));
  // A machine under load may need another attempt: each is one request, under the same id.
  const requests = countBy(bodies, ({ id }) => id);
  for (const { eventId = '', attemptCount } of deliveries) {
    expect(requests[eventId]).toBeLessThanOrEqual(Number(attemptCount));
  }

  const receipts = await all(`/v1/sources/${source.id}/receipts?`);
  expect(countBy(receipts, (r) => r.outcome ?? '')).toEqual({
    accepted: EVENTS,
    repeated: REPEATS,
    unverified: FORGED,
    malformed: MALFORMED,
  });
  await pipeline.store.endpoints.remove(pipeline.organizationId, endpointId);
}, 300_000);

test.each(DIALECT_NAMES)(
  '%s: fed by its own system, a receiver of the same dialect gets what it would have got',
  async (dialect) => {
    const secret = aSecret(dialect);
    const source = await aSource(dialect, secret);
    const path = `/same/${dialect}`;
    const types = catalogueOf(dialect)?.eventTypes.filter((type) => !type.reserved) ?? [];
    const sent = (types.length > 0 ? types : [{ name: 'invoice.paid', example: { total: 42 } }]).map(
      ({ name, example }) =>
        sentBy(dialect, { id: `evt_${name.replaceAll('.', '-')}`, type: name, data: example }, secret),
    );
    const settings = {
      url: receiver.url.replace(/\/$/, path),
      dialect,
      secret: { scheme: 'hmac', value: secret },
    } as const;
    const endpointId = await pipeline.anEndpoint(settings);
    const answers = [];
    for (const request of sent) answers.push(await post(source.address, request));
    expect(countBy(answers, ({ status }) => status)).toEqual({ 202: sent.length });
    for (const { eventId } of answers) await pipeline.settled(eventId as string, endpointId, 60_000);
    // The event's own id is ours, and Flowcerta's orgId the organization's; all else is as it came.
    const comparable = (body: string) => ({ ...JSON.parse(body), id: null, orgId: null });
    const bodies = receiver.received.filter((r) => r.path === path).map((r) => comparable(r.body));
    const byType = (a: { event?: string; type?: string }, b: typeof a) =>
      String(a.event ?? a.type) < String(b.event ?? b.type) ? -1 : 1;
    expect(bodies.sort(byType)).toEqual(sent.map(({ body }) => comparable(String(body))).sort(byType));
    await pipeline.store.endpoints.remove(pipeline.organizationId, endpointId);
  },
);
