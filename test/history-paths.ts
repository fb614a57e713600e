import { createStartWorkflow } from '../worker/start-workflow.ts';
import type { DeliverState } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { historyOf, type JsonHistory } from './history.ts';
import { anOperator } from './operator.ts';
import { aPipeline } from './pipeline.ts';
import { type Answer, aReceiver } from './receiver.ts';

/** What must not stand in a history; every path below sends all of it. */
export const MARKS = {
  body: 'mark-of-the-body',
  secret: Buffer.from('mark-of-the-signing-secret-32-by').toString('base64'),
  header: 'mark-of-the-header',
  path: 'mark-of-the-path',
  answer: 'mark-of-the-answer',
};

const HOUR_MS = 3_600_000;
const accept: Answer = (_request, response) => response.end(MARKS.answer);
const refuse: Answer = (_request, response) => response.writeHead(503).end(MARKS.answer);

/** Runs a workflow through every path it can take, and gives the histories by the path's name. */
export async function liveHistories(): Promise<Map<string, JsonHistory>> {
  let dispatching = true;
  const pipeline = await aPipeline((store) => ({
    store: { ...store, claim: async (request, assign) => (dispatching ? store.claim(request, assign) : []) },
  }));
  const receiver = await aReceiver();
  const operator = anOperator(pipeline);
  const histories = new Map<string, JsonHistory>();

  const anEndpoint = (type: string, retryDelaysMs: number[]) =>
    pipeline.anEndpoint({
      url: `${receiver.url}${MARKS.path}`,
      eventTypes: [type],
      retryDelaysMs,
      headers: [{ name: 'x-marked', value: MARKS.header }],
      secret: { scheme: 'hmac', value: `whsec_${MARKS.secret}` },
    });
  const publish = (type: string, more = '') => pipeline.publish({ type, data: `{"text":"${MARKS.body}${more}"}` });

  async function aDelivery(type: string, retryDelaysMs: number[]) {
    const endpointId = await anEndpoint(type, retryDelaysMs);
    const { id } = await pipeline.delivery(await publish(type), endpointId);
    await eventually(`${type} is begun`, async () => (await pipeline.attempts(id)).length > 0);
    const handle = pipeline.client.workflow.getHandle(id);
    const ended = () => handle.result().catch(() => undefined);
    const waits = () =>
      eventually(`${type} waits for a retry`, async () => {
        const state = await handle.query<DeliverState>('state').catch(() => null);
        return state?.phase === 'waiting' && state.deliveries[0]?.attemptCount === 1;
      });
    const keep = async () => {
      await ended();
      histories.set(type, await historyOf(pipeline, id));
    };
    return { id, handle, ended, waits, keep };
  }

  try {
    receiver.answerWith(accept);
    await (await aDelivery('first-try', [])).keep();

    receiver.answerWith(refuse);
    await (await aDelivery('exhausted', [20, 20])).keep();

    const retried = await aDelivery('retry', [300]);
    await retried.waits();
    receiver.answerWith(accept);
    await retried.keep();

    receiver.answerWith(refuse);
    const byHand = await aDelivery('retry-now', [HOUR_MS]);
    await byHand.waits();
    receiver.answerWith(accept);
    await operator.retryNow(byHand.id);
    await byHand.keep();

    receiver.answerWith(refuse);
    const cancelled = await aDelivery('cancel', [HOUR_MS]);
    await cancelled.waits();
    await operator.cancel(cancelled.id);
    await cancelled.keep();

    const inTemporal = await aDelivery('cancel-in-temporal', [HOUR_MS]);
    await inTemporal.waits();
    await inTemporal.handle.cancel();
    await inTemporal.keep();

    const resent = await aDelivery('resend', []);
    await resent.ended();
    receiver.answerWith(accept);
    await operator.resend(resent.id);
    await resent.keep();

    dispatching = false;
    receiver.answerWith((request, response, n) =>
      (request.body.includes('fails') ? refuse : accept)(request, response, n),
    );
    const endpointId = await anEndpoint('carrier', []);
    for (const more of ['', '', ' fails']) await publish('carrier', more);
    const workflowId = 'car_mixed';
    const claimed = await pipeline.store.claim({ limit: 3, room: new Map(), only: [endpointId] }, (deliveries) => [
      { workflowId, deliveries },
    ]);
    const start = createStartWorkflow(pipeline.client, { searchable: true });
    for (const carrier of claimed) await start({ ...carrier, carrier: true, dueInMs: 50 });
    await pipeline.client.workflow.getHandle(workflowId).result();
    histories.set('carrier', await historyOf(pipeline, workflowId));
    return histories;
  } finally {
    await pipeline.close();
    await receiver.close();
  }
}
