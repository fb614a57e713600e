import type { IDataObject, INodeType } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogueOf } from '../../domain/dialects/catalogues.ts';
import { anAttempt, anEvent, hmac } from '../../domain/dialects/fixtures.ts';
import { wireOf } from '../../domain/dialects/wires.ts';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { PRODUCTION_URL, TriggerNode } from '../../test/n8n/trigger-node.ts';
import { waybillServer } from '../../test/n8n/waybill-server.ts';
import { FlexOrchTrigger } from '../FlexOrchTrigger/FlexOrchTrigger.node.ts';
import { FlowcertaTrigger } from '../FlowcertaTrigger/FlowcertaTrigger.node.ts';
import { FltrTrigger } from '../FltrTrigger/FltrTrigger.node.ts';
import { JobStatusTrigger } from '../JobStatusTrigger/JobStatusTrigger.node.ts';
import { OrionTrigger } from '../OrionTrigger/OrionTrigger.node.ts';
import { WaybillTrigger } from '../WaybillTrigger/WaybillTrigger.node.ts';
import { derivedSecret } from './secrets.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const TRIGGERS: Record<string, INodeType> = {
  standard: new WaybillTrigger(),
  flexorch: new FlexOrchTrigger(),
  orion: new OrionTrigger(),
  fltr: new FltrTrigger(),
  'job-status': new JobStatusTrigger(),
  flowcerta: new FlowcertaTrigger(),
};
const DELIVERY_ID = 'dlv_01j2za';
const NOW = () => Math.floor(Date.now() / 1_000);

/** The type that each dialect's catalogue lists first, with its example. */
function exampleOf(dialect: string): { type: string; data: Record<string, unknown> } {
  const [first] = catalogueOf(dialect)?.eventTypes ?? [];
  return { type: first?.name ?? 'order.created', data: first?.example ?? { total: 12 } };
}

async function published(dialect: string, parameters: IDataObject = {}): Promise<TriggerNode> {
  const path = dialect === 'standard' ? '' : `/${dialect}`;
  const node = new TriggerNode(TRIGGERS[dialect] as INodeType, {
    server: waybillServer(gateway),
    credential: { baseUrl: `http://waybill.test${path}`, apiKey: key },
    parameters: { events: dialect === 'orion' ? '' : [exampleOf(dialect).type], sendTestEvent: false, ...parameters },
  });
  await node.publish();
  return node;
}

/** A request as Waybill sends it, made by the dialect's own code. */
function sent(
  dialect: string,
  more: { key?: string; timestampSeconds?: number; options?: Record<string, unknown> } = {},
) {
  const wire = wireOf(dialect);
  if (wire === undefined) throw new Error(dialect);
  const attempt = anAttempt({
    deliveryId: DELIVERY_ID,
    timestampSeconds: more.timestampSeconds ?? NOW(),
    secrets: [hmac(derivedSecret(more.key ?? key, wire, PRODUCTION_URL))],
    options: more.options ?? {},
  });
  const { body, headers } = wire.render(anEvent({ dialect, ...exampleOf(dialect) }), attempt);
  return { body, headers: { ...headers, 'Waybill-Delivery': DELIVERY_ID } };
}

describe.each(Object.keys(TRIGGERS))('the %s trigger', (dialect) => {
  test('runs for what Waybill signs, with type, ids, times and data, and echoes the delivery', async () => {
    const node = await published(dialect);
    const { body, headers } = sent(dialect);
    const reaction = await node.receive(body, headers);
    expect(reaction).toMatchObject({ status: 200, answer: { received: true, delivery: DELIVERY_ID } });
    const { type, data } = exampleOf(dialect);
    expect(reaction.items).toEqual([
      {
        type,
        // FlexOrch and Flowcerta sign no id of the event.
        eventId: ['flexorch', 'flowcerta'].includes(dialect) ? null : 'evt_01J2Z9',
        deliveryId: DELIVERY_ID,
        occurredAt: '2024-01-15T10:30:00.000Z',
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        data,
        ...(dialect === 'orion' && { presenceName: 'job-notifications' }),
      },
    ]);
    expect(node.warnings).toEqual([]);
  });

  test('answers 401 and runs nothing for another secret, a changed body and no signature, and tells only the log why', async () => {
    const node = await published(dialect);
    const { body, headers } = sent(dialect);
    const forged = [
      await node.receive(body, sent(dialect, { key: 'another key' }).headers),
      await node.receive(body.replace('2024', '2025'), headers),
      await node.receive(body, { 'content-type': 'application/json', 'waybill-delivery': DELIVERY_ID }),
    ];
    for (const reaction of forged) {
      const refused = { status: 401, answerHeaders: {}, answer: { error: 'unauthorized' }, items: undefined };
      expect(reaction).toEqual(refused);
    }
    expect(node.warnings).toHaveLength(3);
    expect(node.warnings.join()).not.toContain(derivedSecret(key, wireOf(dialect) as never, PRODUCTION_URL));
  });

  test('refuses everything when it is not registered, or when the API key was changed since', async () => {
    const { body, headers } = sent(dialect);
    const node = await published(dialect);
    node.setting.credential.apiKey = 'another key';
    expect((await node.receive(body, headers)).status).toBe(401);
    node.setting.credential.apiKey = key;
    node.staticData = {};
    expect((await node.receive(body, headers)).status).toBe(401);
    expect(node.warnings.at(-1)).toContain('not registered');
  });

  test('drops repeats only if asked, and acknowledges them', async () => {
    const [all, once] = [await published(dialect), await published(dialect, { dropRepeats: true })];
    // What counts once its run has finished may come again because that has failed.
    const finished = await published(dialect, { dropRepeats: true, acknowledge: 'lastNode' });
    for (const [node, runs] of [
      [all, 2],
      [once, 1],
      [finished, 2],
    ] as const) {
      const first = sent(dialect);
      // A retry is signed anew, a second later.
      const retry = sent(dialect, { timestampSeconds: NOW() + 1 });
      const reactions = [await node.receive(first.body, first.headers), await node.receive(retry.body, retry.headers)];
      expect(reactions.filter(({ items }) => items !== undefined)).toHaveLength(runs);
      for (const { answer, answerHeaders } of reactions) {
        expect(answer).toMatchObject({ delivery: DELIVERY_ID });
        expect(answerHeaders).toEqual({ 'waybill-delivery': DELIVERY_ID });
      }
    }
    const again = sent(dialect);
    once.mode = 'manual';
    expect((await once.receive(again.body, again.headers)).items).toHaveLength(1);
  });
});

test.each(['standard', 'orion', 'job-status'])(
  '%s: a signature of more than 5 minutes ago or ahead is refused',
  async (dialect) => {
    const node = await published(dialect);
    for (const [offset, status] of [
      [-290, 200],
      [290, 200],
      [-310, 401],
      [310, 401],
    ] as const) {
      const { body, headers } = sent(dialect, { timestampSeconds: NOW() + offset });
      expect([offset, (await node.receive(body, headers)).status]).toEqual([offset, status]);
    }
  },
);

test('the signature is over the bytes that arrived, not over what they mean', async () => {
  const node = await published('fltr');
  const { body, headers } = sent('fltr');
  expect((await node.receive(JSON.stringify(JSON.parse(body), null, 1), headers)).status).toBe(401);
  expect((await node.receive(Buffer.from(body), headers)).status).toBe(200);
});

test.each(['slack', 'teams'])('Flowcerta: a message for %s comes as data, its type from the header', async (target) => {
  const node = await published('flowcerta', { target });
  const { body, headers } = sent('flowcerta', { options: { target } });
  const { items } = await node.receive(body, headers);
  expect(items).toMatchObject([{ type: 'validation.completed', deliveryId: DELIVERY_ID, data: JSON.parse(body) }]);
});

test('the Waybill trigger of any dialect says whose event it was', async () => {
  const node = await published('standard', { dialect: '*', events: ['*'] });
  const wire = wireOf('*');
  if (wire === undefined) throw new Error('no wire');
  const secrets = [hmac(derivedSecret(key, wire, PRODUCTION_URL))];
  const attempt = anAttempt({ timestampSeconds: NOW(), secrets });
  const { body, headers } = wire.render(
    anEvent({ dialect: 'fltr', type: 'document.deleted', data: { a: 1 } }),
    attempt,
  );
  const { items } = await node.receive(body, headers);
  expect(items).toMatchObject([{ type: 'document.deleted', dialect: 'fltr', eventId: 'evt_01J2Z9', data: { a: 1 } }]);
  expect(items?.[0]?.data).toEqual({ a: 1 });
});
