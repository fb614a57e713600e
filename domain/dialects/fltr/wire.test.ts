import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { fltrCatalogue } from './catalogue.ts';
import { fltrWire } from './wire.ts';

const SECRET = 'whsec_xyz789...';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });
const EVENT = anEvent({
  dialect: 'fltr',
  type: 'document.uploaded',
  occurredAt: '2024-01-10T12:00:00.000Z',
  data: fltrCatalogue.eventTypes[0]?.example ?? {},
});

/** The document's `verify_signature`: the key is the whole text of the secret. */
function documentReceiver(secret: string, signature: string, body: string): boolean {
  const expected = createHmac('sha256', Buffer.from(secret)).update(body).digest('hex');
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

test("the body is the document's, with the id that its best practices read", () => {
  const { body } = fltrWire.render(EVENT, ATTEMPT);
  expect(JSON.parse(body)).toEqual({
    id: 'evt_01J2Z9',
    event: 'document.uploaded',
    timestamp: '2024-01-10T12:00:00Z',
    data: {
      document_id: 'doc_abc123',
      dataset_id: 'ds_xyz789',
      filename: 'product-docs.pdf',
      size_bytes: 1048576,
      status: 'processing',
      metadata: { title: 'Product Documentation', category: 'docs' },
    },
  });
});

test("the document's receiver accepts the signature, with a secret of ours as well", () => {
  const generated = fltrWire.secret.format(Buffer.alloc(32, 5));
  for (const secret of [SECRET, generated]) {
    const { body, headers } = fltrWire.render(EVENT, anAttempt({ secrets: [hmac(secret)] }));
    expect(documentReceiver(secret, headers['X-FLTR-Signature'] ?? '', body)).toBe(true);
  }
});

test('headers name the event, the attempt and the sender', () => {
  expect(fltrWire.render(EVENT, ATTEMPT).headers).toEqual({
    'Content-Type': 'application/json',
    'User-Agent': 'FLTR-Webhooks/1.0',
    'X-FLTR-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    'X-FLTR-Event': 'document.uploaded',
    'X-FLTR-Delivery': 'atm_01J2ZB',
  });
});

test('we accept our own request and refuse a changed one', () => {
  const request = received(fltrWire.render(EVENT, ATTEMPT));
  expect(fltrWire.verify(request, ATTEMPT.secrets, 0)).toEqual({ valid: true });
  expect(fltrWire.verify({ ...request, body: `${request.body}\n` }, ATTEMPT.secrets, 0)).toMatchObject({
    valid: false,
  });
});

const RULE = 'url must use https; http is for localhost, 127.0.0.1 and [::1] only';
test.each([
  ['https://your-app.com/webhooks/fltr', undefined],
  ['http://localhost:5000/webhooks/fltr', undefined],
  ['http://127.0.0.1:5000/', undefined],
  ['http://[::1]:5000/', undefined],
  ['https://localhost/', undefined],
  ['http://your-app.com/', RULE],
  ['http://localhost.example.com/', RULE],
  ['http://192.168.1.4/', RULE],
  ['http://127.0.0.2/', RULE],
])('the URL rule for %s', (url, rule) => {
  expect(fltrWire.urlRule(new URL(url))).toBe(rule);
});

test('three retries follow the first try, and no 4xx is retried', () => {
  expect(fltrWire.retry).toEqual({
    delaysMs: [60_000, 300_000, 1_800_000],
    retriesClientErrors: false,
    goneDisables: false,
  });
});
