import { createHmac } from 'node:crypto';
import type { IDataObject, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { anAttempt, anEvent, hmac } from '../../domain/dialects/fixtures.ts';
import { jobStatusWire } from '../../domain/dialects/job-status/wire.ts';
import {
  PRODUCTION_URL,
  type ServerRequest,
  TEST_URL,
  type TestServer,
  TriggerNode,
} from '../../test/n8n/trigger-node.ts';
import { FlexOrchTrigger } from '../FlexOrchTrigger/FlexOrchTrigger.node.ts';
import { FlowcertaTrigger } from '../FlowcertaTrigger/FlowcertaTrigger.node.ts';
import { FltrTrigger } from '../FltrTrigger/FltrTrigger.node.ts';
import { JobStatusTrigger } from '../JobStatusTrigger/JobStatusTrigger.node.ts';
import { OrionTrigger } from '../OrionTrigger/OrionTrigger.node.ts';

const SYSTEM_SECRET = 'whsec_made-by-the-system';

/** A system as its document shows it: it registers webhooks. `lists` and `removes` are what no document shows. */
class RealSystem {
  requests: ServerRequest[] = [];
  webhooks: IDataObject[] = [];
  lists = true;
  removes = true;
  /** What registering answers besides the webhook. */
  created: IDataObject = { secret: SYSTEM_SECRET };
  #count = 0;

  server: TestServer = async (request) => {
    this.requests.push(request);
    const { method, url, body } = request;
    const id = /(wh_\d+)$/.exec(url.pathname)?.[1];
    if (method === 'POST' && id === undefined && !url.pathname.endsWith('/test')) {
      this.#count += 1;
      const webhook = { webhook_id: `wh_${this.#count}`, ...body };
      this.webhooks.push(webhook);
      return answer(201, { ...webhook, ...this.created });
    }
    if (method === 'GET' && id === undefined && this.lists) return answer(200, this.webhooks);
    if (method === 'DELETE' && this.removes) {
      this.webhooks = this.webhooks.filter((one) => one.webhook_id !== id);
      return answer(204, '');
    }
    return answer(method === 'GET' ? 405 : 404, { error: 'nothing here' });
  };

  sent(method: string): ServerRequest[] {
    return this.requests.filter((request) => request.method === method);
  }
}

const answer = (statusCode: number, body: unknown) => ({ statusCode, headers: {}, body });

interface Case {
  name: string;
  trigger: INodeType;
  baseUrl: string;
  parameters: IDataObject;
  /** The call of the document: path, its key header, and the body besides the URL. */
  path: string;
  keyHeader: [string, string];
  body: IDataObject;
}

const CASES: Case[] = [
  {
    name: 'FlexOrch',
    trigger: new FlexOrchTrigger(),
    baseUrl: 'https://api.flexorch.com',
    parameters: { events: ['dataset.ready'], autoExport: true, connectorId: 1, format: 'jsonl', prefix: 'exports/' },
    path: '/v1/webhooks',
    keyHeader: ['X-API-KEY', 'the-key'],
    body: {
      events: ['dataset.ready'],
      auto_export: { connector_id: 1, format: 'jsonl', prefix: 'exports/' },
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  },
  {
    name: 'Orion',
    trigger: new OrionTrigger(),
    baseUrl: 'https://orion.example.com/',
    parameters: { presenceName: 'job-notifications', userId: 'YOUR_USER_ID' },
    path: '/v1alpha/webhooks/',
    keyHeader: ['Authorization', 'Bearer the-key'],
    body: {
      headers: [{ name: 'X-Webhook-Secret', value: expect.any(String) }],
      user_id: 'YOUR_USER_ID',
      presence_name: 'job-notifications',
    },
  },
  {
    name: 'FLTR',
    trigger: new FltrTrigger(),
    baseUrl: 'https://api.fltr.com',
    parameters: { events: ['document.uploaded'] },
    path: '/v1/webhooks',
    keyHeader: ['Authorization', 'Bearer the-key'],
    body: { events: ['document.uploaded'] },
  },
  {
    name: 'Flowcerta',
    trigger: new FlowcertaTrigger(),
    baseUrl: 'https://flowcerta.example.com',
    parameters: { events: ['validation.completed'], target: 'teams' },
    path: '/api/v1/org-webhooks',
    keyHeader: ['Authorization', 'Bearer the-key'],
    body: { events: ['validation.completed'], target: 'teams' },
  },
];

function inSystem({ trigger, baseUrl, parameters }: Case): { system: RealSystem; node: TriggerNode } {
  const system = new RealSystem();
  const credential = { baseUrl, apiKey: 'the-key' };
  const node = new TriggerNode(trigger, { server: system.server, credential, parameters: { ...parameters } });
  return { system, node };
}

describe.each(CASES)('the $name trigger with the system itself', (one) => {
  test("registers by the document's call, without Waybill's headers", async () => {
    const { system, node } = inSystem(one);
    await node.publish();
    const [request] = system.sent('POST');
    expect(request?.url.href).toBe(`${one.baseUrl.replace(/\/$/, '')}${one.path}`);
    expect(request?.body).toEqual({ url: PRODUCTION_URL, ...one.body });
    expect(request?.headers).toEqual({ [one.keyHeader[0]]: one.keyHeader[1] });
  });

  test('is registered once, and replaced, the new one first, when its settings change', async () => {
    const { system, node } = inSystem(one);
    await node.publish();
    expect(await node.publish()).toBe(false);
    await node.create();
    expect(system.webhooks.map(({ webhook_id: id }) => id)).toEqual(['wh_2']);
    node.url = 'https://moved.example.com/webhook/1/webhook';
    await node.publish();
    expect(system.webhooks).toMatchObject([{ webhook_id: 'wh_3', url: node.url }]);
    const changes = system.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
    expect(changes).toEqual(['POST', 'POST', 'DELETE', 'POST', 'DELETE']);
  });

  test('works with the stored id where nothing can be listed', async () => {
    const { system, node } = inSystem(one);
    system.lists = false;
    await node.publish();
    expect(await node.publish()).toBe(false);
    await node.unpublish();
    expect(system.webhooks).toEqual([]);
    expect(node.staticData).toEqual({});
  });

  test('says so where nothing can be removed', async () => {
    const { system, node } = inSystem(one);
    Object.assign(system, { lists: false, removes: false });
    await node.publish();
    await node.unpublish();
    expect(node.warnings.join()).toContain('Remove it by hand');
    expect(node.staticData).toEqual({});
  });

  test('listening for a test event does not touch production', async () => {
    const { system, node } = inSystem(one);
    await node.publish();
    const test = node.listening();
    await test.publish();
    expect(system.webhooks.map(({ url }) => url)).toEqual([PRODUCTION_URL, TEST_URL]);
    await test.unpublish();
    expect(system.webhooks.map(({ url }) => url)).toEqual([PRODUCTION_URL]);
  });

  test('its secret cannot be read in the static data', async () => {
    const { system, node } = inSystem(one);
    await node.publish();
    const kept = JSON.stringify(node.staticData);
    const told = JSON.stringify(system.webhooks).match(/[0-9a-f]{64}|whsec_[\w+/=-]+/)?.[0];
    expect(kept).not.toContain(SYSTEM_SECRET);
    expect(kept).not.toContain(Buffer.from(SYSTEM_SECRET).toString('base64'));
    if (told !== undefined) expect(kept).not.toContain(told);
    expect(kept).not.toContain('the-key');
  });
});

const BODY = JSON.stringify({
  id: 'evt_1',
  event: 'document.uploaded',
  timestamp: '2024-01-10T12:00:00Z',
  data: { a: 1 },
});

test.each([
  ['FLTR', 'X-FLTR-Signature', ''],
  ['Flowcerta', 'X-Flowcerta-Signature', 'sha256='],
])('%s: the secret that the system made verifies, and no other', async (name, header, prefix) => {
  const { node } = inSystem(CASES.find((one) => one.name === name) as Case);
  await node.publish();
  const sign = (secret: string) => prefix + createHmac('sha256', secret).update(BODY).digest('hex');
  expect(await node.receive(BODY, { [header]: sign(SYSTEM_SECRET) })).toMatchObject({
    status: 200,
    answer: { received: true },
    items: [{ type: 'document.uploaded' }],
  });
  expect((await node.receive(BODY, { [header]: sign('whsec_other') })).status).toBe(401);
  node.setting.credential.apiKey = 'another key';
  expect((await node.receive(BODY, { [header]: sign(SYSTEM_SECRET) })).status).toBe(401);
  expect(node.warnings.at(-1)).toContain('the API key in the credential was changed');
});

test('FLTR and Flowcerta: a registration that answers no secret is told, and not taken for one', async () => {
  for (const name of ['FLTR', 'Flowcerta']) {
    const { system, node } = inSystem(CASES.find((one) => one.name === name) as Case);
    system.created = {};
    await expect(node.publish()).rejects.toThrow('registered the webhook without a secret');
    expect(node.staticData).toEqual({});
  }
});

test("FlexOrch: the document's signature with the secret that was told verifies", async () => {
  const { system, node } = inSystem(CASES[0] as Case);
  await node.publish();
  const sign = (secret: string) => createHmac('sha256', secret).update(BODY).digest('hex');
  const secret = String(system.webhooks[0]?.secret);
  expect((await node.receive(BODY, { 'X-Flexorch-Signature': sign(secret) })).items).toHaveLength(1);
  expect((await node.receive(BODY, { 'X-Flexorch-Signature': sign('other') })).status).toBe(401);
});

test('Orion: the header that was told is checked', async () => {
  const { system, node } = inSystem(CASES[1] as Case);
  await node.publish();
  const headers = (system.webhooks[0]?.headers ?? []) as { name: string; value: string }[];
  const { name = '', value = '' } = headers[0] ?? {};
  expect((await node.receive(BODY, { [name]: value })).items).toHaveLength(1);
  expect((await node.receive(BODY, { [name]: `${value} ` })).status).toBe(401);
  expect((await node.receive(BODY, {})).status).toBe(401);
});

describe('the job-status trigger with the system itself', () => {
  function inPortal(signingSecret?: string): { requests: ServerRequest[]; node: TriggerNode } {
    const requests: ServerRequest[] = [];
    const server: TestServer = async (request) => {
      requests.push(request);
      return answer(404, {});
    };
    const credential = {
      baseUrl: 'https://jobs.example.com',
      apiKey: 'the-key',
      ...(signingSecret && { signingSecret }),
    };
    const parameters = { events: ['job.completed'] };
    return { requests, node: new TriggerNode(new JobStatusTrigger(), { server, credential, parameters }) };
  }
  const SECRET = jobStatusWire.secret.format(Buffer.alloc(32, 7));

  test('names the URL to paste while the credential has no signing secret', async () => {
    const { node } = inPortal();
    await expect(node.publish()).rejects.toMatchObject({ description: expect.stringContaining(PRODUCTION_URL) });
  });

  test('registers nothing, and verifies with the secret of the credential', async () => {
    const { requests, node } = inPortal(SECRET);
    await node.publish();
    expect(await node.publish()).toBe(false);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const sent = (secret: string) =>
      jobStatusWire.render(
        anEvent({ dialect: 'job-status' }),
        anAttempt({ secrets: [hmac(secret)], timestampSeconds: Math.floor(Date.now() / 1_000) }),
      );
    const right = sent(SECRET);
    expect((await node.receive(right.body, right.headers)).items).toHaveLength(1);
    const wrong = sent(jobStatusWire.secret.format(Buffer.alloc(32, 8)));
    expect((await node.receive(wrong.body, wrong.headers)).status).toBe(401);
    expect(JSON.stringify(node.staticData)).not.toContain(SECRET);
  });

  test('unpublishing says what is to be removed by hand', async () => {
    const { node } = inPortal(SECRET);
    await node.publish();
    await node.unpublish();
    expect(node.warnings.join()).toContain(`the webhook for ${PRODUCTION_URL} has to be removed by hand`);
    expect(node.staticData).toEqual({});
  });
});
