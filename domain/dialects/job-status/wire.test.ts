import { Webhook } from 'svix';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { jobStatusWire } from './wire.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });
const REQUEST = jobStatusWire.render(anEvent({ dialect: 'job-status' }), ATTEMPT);

// The published library reads the clock.
beforeEach(() => vi.useFakeTimers({ now: ATTEMPT.timestampSeconds * 1_000 }));
afterEach(() => vi.useRealTimers());

function headersOf(prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(REQUEST.headers).filter(([name]) => name.startsWith(`${prefix}-`)));
}

test('the body is that of Standard Webhooks, and both header names carry the same', () => {
  expect(REQUEST.body).toBe(
    '{"type":"job.completed","timestamp":"2024-01-15T10:30:00.000Z","data":{"job_id":"job_abc123"}}',
  );
  for (const part of ['id', 'timestamp', 'signature']) {
    expect(REQUEST.headers[`webhook-${part}`]).toBe(REQUEST.headers[`svix-${part}`]);
  }
  expect(REQUEST.headers).toMatchObject({
    'User-Agent': 'Waybill/0.1.0',
    'webhook-id': 'evt_01J2Z9',
    'webhook-timestamp': '1705314605',
  });
});

test.each(['webhook', 'svix'])('the published library accepts our %s headers alone', (prefix) => {
  expect(new Webhook(SECRET).verify(REQUEST.body, headersOf(prefix))).toMatchObject({ type: 'job.completed' });
});

test.each(['webhook', 'svix'])('we accept our %s headers alone', (prefix) => {
  const request = { body: REQUEST.body, headers: headersOf(prefix) };
  expect(jobStatusWire.verify(request, ATTEMPT.secrets, ATTEMPT.timestampSeconds)).toEqual({ valid: true });
});

test('a refusal names the header in use', () => {
  const { headers } = received(REQUEST);
  const request = { body: REQUEST.body, headers: { ...headers, 'svix-signature': undefined } };
  expect(jobStatusWire.verify(request, ATTEMPT.secrets, ATTEMPT.timestampSeconds)).toEqual({
    valid: false,
    reason: 'header svix-signature is missing',
  });
});

test('the schedule is that of the portal behind it', () => {
  expect(jobStatusWire.retry.delaysMs).toEqual([
    5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000,
  ]);
});
