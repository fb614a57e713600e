import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { flexorchCatalogue } from './catalogue.ts';
import { flexorchWire } from './wire.ts';

const SECRET = 'your_signing_secret';
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });
const COMPLETED = anEvent({ dialect: 'flexorch', data: flexorchCatalogue.eventTypes[0]?.example ?? {} });

/** The document's `verify_signature`. */
function documentReceiver(payloadBody: string, secret: string, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(payloadBody).digest('hex');
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

test("the body is the document's, field for field and in its order", () => {
  const { body } = flexorchWire.render(COMPLETED, ATTEMPT);
  expect(body).toBe(
    JSON.stringify({
      event: 'job.completed',
      job_id: 'job_abc123',
      status: 'completed',
      quality_grade: 'A',
      pii_findings_count: 2,
      timestamp: '2024-01-15T10:30:00Z',
    }),
  );
});

test("the document's receiver accepts the signature", () => {
  const { body, headers } = flexorchWire.render(COMPLETED, ATTEMPT);
  expect(documentReceiver(body, SECRET, headers['X-Flexorch-Signature'] ?? '')).toBe(true);
  expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'User-Agent': 'Waybill/0.1.0' });
});

test('data cannot say another event or time', () => {
  const data = { event: 'dataset.ready', timestamp: '1999-01-01T00:00:00Z', job_id: 'job_1' };
  const { body } = flexorchWire.render(anEvent({ data }), ATTEMPT);
  expect(body).toBe('{"event":"job.completed","job_id":"job_1","timestamp":"2024-01-15T10:30:00Z"}');
});

test('milliseconds that are not zero are kept', () => {
  const { body } = flexorchWire.render(anEvent({ occurredAt: '2024-01-15T10:30:00.250Z' }), ATTEMPT);
  expect(JSON.parse(body)).toMatchObject({ timestamp: '2024-01-15T10:30:00.250Z' });
});

test('during a rotation the old secret signs, and a receiver with the old and new one accepts it', () => {
  const request = flexorchWire.render(COMPLETED, anAttempt({ secrets: [hmac('new'), hmac('old')] }));
  expect(documentReceiver(request.body, 'old', request.headers['X-Flexorch-Signature'] ?? '')).toBe(true);
  expect(flexorchWire.verify(received(request), [hmac('old'), hmac('new')], 0)).toEqual({ valid: true });
});

test('a changed body and a missing header are refused', () => {
  const request = received(flexorchWire.render(COMPLETED, ATTEMPT));
  const changed = { ...request, body: request.body.replace('"A"', '"B"') };
  expect(flexorchWire.verify(changed, ATTEMPT.secrets, 0)).toMatchObject({ valid: false });
  expect(flexorchWire.verify({ ...request, headers: {} }, ATTEMPT.secrets, 0)).toEqual({
    valid: false,
    reason: 'header X-Flexorch-Signature is missing',
  });
});

test('an endpoint without an HMAC secret is an error, not an unsigned request', () => {
  expect(() => flexorchWire.render(COMPLETED, anAttempt())).toThrow(
    'flexorch signs with an HMAC secret, the endpoint has none',
  );
  const secrets = [{ scheme: 'ed25519', value: 'whsk_hunter2' } as const];
  expect(() => flexorchWire.render(COMPLETED, anAttempt({ secrets }))).toThrow(/has ed25519$/);
});

describe('automatic export', () => {
  const READY = anEvent({
    dialect: 'flexorch',
    type: 'dataset.ready',
    data: flexorchCatalogue.eventTypes.find(({ name }) => name === 'dataset.ready')?.example ?? {},
  });
  const FILE = {
    connectorId: 1,
    bucket: 'datasets',
    key: 'exports/ds_abc123.jsonl',
    format: 'jsonl',
    records: 1200,
    bytes: 93_211,
  } as const;

  test('the body says where the file is and what is in it (ours)', () => {
    const { body } = flexorchWire.render(READY, { ...ATTEMPT, file: FILE });
    expect(JSON.parse(body)).toEqual({
      event: 'dataset.ready',
      dataset_id: 'ds_abc123',
      status: 'ready',
      record_count: 1200,
      export: {
        connector_id: 1,
        bucket: 'datasets',
        key: 'exports/ds_abc123.jsonl',
        format: 'jsonl',
        records: 1200,
        bytes: 93_211,
      },
      timestamp: '2024-01-15T10:30:00Z',
    });
  });

  test('data cannot say another file; without an export its fields are its own', () => {
    const event = { ...READY, data: { dataset_id: 'ds_1', export: { key: 'forged' } } };
    expect(JSON.parse(flexorchWire.render(event, { ...ATTEMPT, file: FILE }).body).export.key).toBe(FILE.key);
    expect(JSON.parse(flexorchWire.render(event, ATTEMPT).body).export.key).toBe('forged');
  });

  const ORDER = { connectorId: 1, format: 'jsonl', prefix: 'exports/' };
  test.each([
    ['dataset.ready', { autoExport: ORDER }, ORDER],
    ['dataset.ready', {}, undefined],
    ['dataset.ready', { autoExport: null }, undefined],
    ['job.completed', { autoExport: ORDER }, undefined],
  ])('%s with options %j orders %j', (type, options, order) => {
    expect(flexorchWire.exports?.orderOf(type, options)).toEqual(order);
  });

  test.each([
    [{ dataset_id: 'ds_1' }, 'ds_1'],
    [{ dataset_id: '' }, undefined],
    [{ dataset_id: 7 }, undefined],
    [{}, undefined],
  ])('the dataset of %j is %s', (data, id) => {
    expect(flexorchWire.exports?.datasetOf(data)).toBe(id);
  });
});
