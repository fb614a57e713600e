import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { orionWire, verifyOrionHeader } from './wire.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });
const EVENT = anEvent({ dialect: 'orion' });

// The published library reads the clock.
beforeEach(() => vi.useFakeTimers({ now: ATTEMPT.timestampSeconds * 1_000 }));
afterEach(() => vi.useRealTimers());

test('the body is the event as JSON', () => {
  expect(JSON.parse(orionWire.render(EVENT, anAttempt()).body)).toEqual({
    event: 'job.completed',
    id: 'evt_01J2Z9',
    timestamp: '2024-01-15T10:30:00.000Z',
    data: { job_id: 'job_abc123' },
  });
});

test("without a secret nothing is signed: the customer's own headers do it all", () => {
  expect(orionWire.render(EVENT, anAttempt()).headers).toEqual({
    'Content-Type': 'application/json',
    'User-Agent': 'Waybill/0.1.0',
  });
});

test('with a secret the published library of Standard Webhooks accepts the request, and so do we', () => {
  const request = orionWire.render(EVENT, ATTEMPT);
  expect(new Webhook(SECRET).verify(request.body, request.headers)).toMatchObject({ event: 'job.completed' });
  expect(orionWire.verify(received(request), ATTEMPT.secrets, ATTEMPT.timestampSeconds)).toEqual({ valid: true });
});

test('a request without the headers of Standard Webhooks does not pass the signature check', () => {
  const request = received(orionWire.render(EVENT, anAttempt()));
  expect(orionWire.verify(request, ATTEMPT.secrets, ATTEMPT.timestampSeconds)).toEqual({
    valid: false,
    reason: 'header webhook-id is missing',
  });
});

test.each([
  ['the right value', 'your-secret-key', { valid: true }],
  ['another value', 'your-secret-kex', { valid: false, reason: 'header X-Webhook-Secret has another value' }],
  ['no such header', undefined, { valid: false, reason: 'header X-Webhook-Secret is missing' }],
])("the customer's own header is checked as the document does: %s", (_, value, verification) => {
  const request = { body: '{}', headers: { 'x-webhook-secret': value } };
  expect(verifyOrionHeader(request, { name: 'X-Webhook-Secret', value: 'your-secret-key' })).toEqual(verification);
});
