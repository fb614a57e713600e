import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import { anOrganization, startTestGateway, type TestGateway } from '../../gateway/testing/test-gateway.ts';
import { eventually } from '../eventually.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';
import { aReceiver, type Received, type Receiver } from '../receiver.ts';
import { messageCardFaults } from '../vendors/message-card.ts';
import { slackFaults, slackSequences } from '../vendors/slack-blocks.ts';

// Each test's title is a statement of the system's document, or our reading of it.

let pipeline: Pipeline;
let gateway: TestGateway;
let receiver: Receiver;
let key: string;
let count = 0;

beforeAll(async () => {
  pipeline = await aPipeline();
  gateway = await startTestGateway({ store: pipeline.store, signalLookAgain: pipeline.runtime.signalLookAgain });
  receiver = await aReceiver();
  key = (await anOrganization(gateway)).key;
});
afterAll(async () => {
  await gateway.close();
  await pipeline.close();
  await receiver.close();
});

const COMPLETED = eventTypeOf('flowcerta', 'validation.completed')?.example as Record<string, unknown>;
const EVENTS = ['validation.completed', 'validation.below_threshold', 'exception.expiring_soon'];

/** What a webhook with this target gets of an event, and the secret it was created with. */
async function posted(target: string, type: string, data: unknown): Promise<{ request: Received; secret: string }> {
  count++;
  const url = `${receiver.url}targets/${count}`;
  const created = await gateway.call('POST', '/flowcerta/api/v1/org-webhooks', {
    key,
    body: { url, events: [type], target },
  });
  expect(created.statusCode).toBe(201);
  const published = await gateway.call('POST', '/v1/events', { key, body: { dialect: 'flowcerta', type, data } });
  expect(published.statusCode).toBe(202);
  const request = await eventually(`a request to ${url}`, async () =>
    receiver.received.find(({ path }) => path === new URL(url).pathname),
  );
  return { request, secret: created.json().secret };
}

/** The document's Express handler: constant-time over the raw body. */
function documentReceiver({ headers, body }: Received, secret: string): boolean {
  const signature = String(headers['x-flowcerta-signature'] ?? '');
  const expected = `sha256=${createHmac('sha256', secret).update(Buffer.from(body)).digest('hex')}`;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

describe.each([
  { target: 'slack', format: 'Slack Block Kit message', faults: slackFaults },
  { target: 'teams', format: 'Teams MessageCard', faults: messageCardFaults },
])('target "$target"', ({ target, format, faults }) => {
  test.each(EVENTS)(
    `posts %s as a ${format}, a body that the destination already knows how to render`,
    async (type) => {
      const { request } = await posted(target, type, eventTypeOf('flowcerta', type)?.example);
      expect(faults(JSON.parse(request.body))).toEqual([]);
      expect(request.body).toContain('Main.xaml');
      expect(request.headers).toMatchObject({
        'content-type': 'application/json',
        'x-flowcerta-event': type,
        'x-flowcerta-delivery': expect.stringMatching(/^dlv_/),
        'x-flowcerta-target': target,
      });
    },
  );

  test('sets X-Flowcerta-Signature over the formatted bytes, of emoji and right-to-left text too', async () => {
    const data = { ...COMPLETED, fileName: 'Zoë 👩🏽‍🚀 שלום.xaml', label: '<!channel> & _x_' };
    const { request, secret } = await posted(target, 'validation.completed', data);
    expect(request.body).toContain('👩🏽‍🚀 שלום');
    expect(Number(request.headers['content-length'])).toBe(Buffer.byteLength(request.body));
    expect(documentReceiver(request, secret)).toBe(true);
    expect(documentReceiver({ ...request, body: request.body.replace('Zoë', 'Zoe') }, secret)).toBe(false);
    if (target === 'slack')
      expect(slackSequences(JSON.parse(request.body))).toEqual([expect.stringMatching(/^<!date\^/)]);
  });

  test('is scoped to the top 10 findings, ordered by severity, so that the message card is not oversized', async () => {
    const findings = Array.from({ length: 300 }, (_, index) => ({
      ruleId: `RULE${index}`,
      severity: index === 299 ? 'critical' : 'low',
      category: 'hardcoded_value',
      location: 'Main.xaml:42',
      description: 'Hardcoded credential. '.repeat(100),
    }));
    const { request } = await posted(target, 'validation.completed', { ...COMPLETED, findings });
    expect(faults(JSON.parse(request.body))).toEqual([]);
    const shown = [...request.body.matchAll(/RULE\d+/g)].map(([rule]) => rule);
    expect(shown.slice(0, 3)).toEqual(['RULE299', 'RULE0', 'RULE1']);
    expect(shown.length).toBeLessThanOrEqual(10);
    expect(request.body).toMatch(/Findings \(\d+ of 300\)/);
  });
});
