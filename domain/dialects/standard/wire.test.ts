import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ed25519PublicKeyOf, ed25519SecretFromSeed } from '../../signing/ed25519.ts';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { standardWire } from './wire.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });

// The published library reads the clock.
beforeEach(() => vi.useFakeTimers({ now: ATTEMPT.timestampSeconds * 1_000 }));
afterEach(() => vi.useRealTimers());

test('body and headers are those of Standard Webhooks', () => {
  const { body, headers } = standardWire.render(anEvent(), ATTEMPT);
  expect(body).toBe('{"type":"job.completed","timestamp":"2024-01-15T10:30:00.000Z","data":{"job_id":"job_abc123"}}');
  expect(headers).toEqual({
    'Content-Type': 'application/json',
    'User-Agent': 'Waybill/0.1.0',
    'webhook-id': 'evt_01J2Z9',
    'webhook-timestamp': '1705314605',
    'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
  });
});

test('an event of another dialect says which', () => {
  const { body } = standardWire.render(anEvent({ dialect: 'flexorch' }), ATTEMPT);
  expect(JSON.parse(body)).toMatchObject({ type: 'job.completed', dialect: 'flexorch' });
});

test('the published library accepts our signature, during a rotation with either secret', () => {
  const request = standardWire.render(anEvent(), anAttempt({ secrets: [hmac(SECRET), hmac(OLD_SECRET)] }));
  for (const secret of [SECRET, OLD_SECRET]) {
    expect(new Webhook(secret).verify(request.body, request.headers)).toMatchObject({ type: 'job.completed' });
  }
});

test('we accept what the published library signs', () => {
  const body = '{"type":"job.completed"}';
  const signature = new Webhook(SECRET).sign('evt_1', new Date(ATTEMPT.timestampSeconds * 1_000), body);
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(ATTEMPT.timestampSeconds),
    'webhook-signature': signature,
  };
  expect(standardWire.verify({ body, headers }, [hmac(SECRET)], ATTEMPT.timestampSeconds)).toEqual({ valid: true });
});

test('an ed25519 endpoint is signed as v1a, which its public key verifies', () => {
  const secret = ed25519SecretFromSeed(Buffer.alloc(32, 3));
  const { body, headers } = standardWire.render(
    anEvent(),
    anAttempt({ secrets: [{ scheme: 'ed25519', value: secret }] }),
  );
  const [version, signature] = headers['webhook-signature']?.split(',') ?? [];
  const publicKey = createPublicKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(ed25519PublicKeyOf(secret).slice('whpk_'.length), 'base64').toString('base64url'),
    },
    format: 'jwk',
  });
  expect(version).toBe('v1a');
  const content = Buffer.from(`evt_01J2Z9.1705314605.${body}`);
  expect(verify(null, content, publicKey, Buffer.from(signature ?? '', 'base64'))).toBe(true);
});

test('a receiver accepts our request for five minutes', () => {
  const request = received(standardWire.render(anEvent(), ATTEMPT));
  expect(standardWire.verify(request, ATTEMPT.secrets, ATTEMPT.timestampSeconds + 300)).toEqual({ valid: true });
  expect(standardWire.verify(request, ATTEMPT.secrets, ATTEMPT.timestampSeconds + 301)).toMatchObject({ valid: false });
});

test('an endpoint without a secret is an error, not an unsigned request', () => {
  expect(() => standardWire.render(anEvent(), anAttempt())).toThrow('at least one secret');
});
