import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { type Answer, aReceiver, type Receiver } from './receiver.ts';

let pipeline: Pipeline;
let receiver: Receiver;
let endpoints = 0;

beforeAll(async () => {
  pipeline = await aPipeline();
  receiver = await aReceiver();
});
afterAll(async () => {
  await pipeline.close();
  await receiver.close();
});

/** One event to an acknowledging endpoint that answers its first request with `first` and the others with an echo. */
async function outcomes(first: Answer, settings: { dialect?: string; retryDelaysMs?: number[] } = {}) {
  const seen: string[] = [];
  receiver.answerWith((request, response) => {
    const deliveryId = String(request.headers['waybill-delivery']);
    seen.push(deliveryId);
    if (seen.length === 1) first(request, response, 1);
    else response.writeHead(200, { 'Waybill-Delivery': deliveryId }).end();
  });
  const type = `echo.${endpoints++}`;
  const dialect = settings.dialect ?? 'standard';
  const endpointId = await pipeline.anEndpoint({
    url: receiver.url,
    eventTypes: [type],
    acknowledge: 'echo',
    retryDelaysMs: [20],
    ...settings,
  });
  const eventId = await pipeline.publish({ dialect, type });
  const delivery = await pipeline.settled(eventId, endpointId);
  expect(new Set(seen)).toEqual(new Set([delivery.id]));
  const endpoint = await pipeline.store.endpoints.get(pipeline.organizationId, endpointId);
  expect(endpoint?.disabledAt).toBeNull();
  return (await pipeline.attempts(delivery.id)).map((a) => a.errorCode ?? a.outcome);
}

const answer =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status).end('ok');

test('a 2xx that does not repeat the delivery id is retried', async () => {
  expect(await outcomes(answer(200))).toEqual(['not_acknowledged', 'delivered']);
});

test('the id of another delivery is no acknowledgement', async () => {
  const wrong: Answer = (_request, response) => response.writeHead(200, { 'Waybill-Delivery': 'dlv_other' }).end();
  expect(await outcomes(wrong)).toEqual(['not_acknowledged', 'delivered']);
});

test('the id in the header or anywhere in the body is one', async () => {
  const inHeader: Answer = (request, response) =>
    response.writeHead(204, { 'Waybill-Delivery': request.headers['waybill-delivery'] }).end();
  const inBody: Answer = (request, response) =>
    response.end(JSON.stringify({ output: [{ delivery: request.headers['waybill-delivery'] }] }));
  expect(await outcomes(inHeader)).toEqual(['delivered']);
  expect(await outcomes(inBody)).toEqual(['delivered']);
});

test('an echo with a status outside 2xx is none', async () => {
  const failing: Answer = (request, response) =>
    response.writeHead(500, { 'Waybill-Delivery': request.headers['waybill-delivery'] }).end();
  expect(await outcomes(failing)).toEqual(['http_500', 'delivered']);
});

test('404 and 410 are retried and disable nothing, whatever the dialect', async () => {
  expect(await outcomes(answer(404))).toEqual(['http_404', 'delivered']);
  expect(await outcomes(answer(410))).toEqual(['http_410', 'delivered']);
  expect(await outcomes(answer(404), { dialect: 'fltr' })).toEqual(['http_404', 'delivered']);
  expect(await outcomes(answer(410), { dialect: 'job-status' })).toEqual(['http_410', 'delivered']);
});

test('without an echo by the end of the schedule the delivery fails as not acknowledged', async () => {
  expect(await outcomes(answer(200), { retryDelaysMs: [] })).toEqual(['not_acknowledged']);
});
