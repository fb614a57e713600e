import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { anAttempt, anEvent, hmac, received } from '../fixtures.ts';
import { flowcertaCatalogue } from './catalogue.ts';
import { flowcertaWire } from './wire.ts';

const SECRET = 'b3f1'.repeat(16);
const ATTEMPT = anAttempt({ secrets: [hmac(SECRET)] });

function anEventOf(type: string, data: Record<string, unknown>) {
  return anEvent({ dialect: 'flowcerta', type, data, occurredAt: '2026-05-15T18:42:11.532Z' });
}

const COMPLETED = anEventOf('validation.completed', flowcertaCatalogue.eventTypes[0]?.example ?? {});

/** The document's Express handler. */
function documentReceiver(signature: string, secret: string, body: string): boolean {
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

test("the envelope is the document's, with milliseconds and the organization's UUID", () => {
  const { body } = flowcertaWire.render(COMPLETED, ATTEMPT);
  expect(JSON.parse(body)).toEqual({
    event: 'validation.completed',
    orgId: '00000000-0000-0000-0000-000000000000',
    occurredAt: '2026-05-15T18:42:11.532Z',
    data: COMPLETED.data,
  });
});

test("the document's receiver accepts the signature, and the headers are its five", () => {
  const { body, headers } = flowcertaWire.render(COMPLETED, ATTEMPT);
  expect(documentReceiver(headers['X-Flowcerta-Signature'] ?? '', SECRET, body)).toBe(true);
  expect(headers).toEqual({
    'Content-Type': 'application/json',
    'User-Agent': 'Waybill/0.1.0',
    'X-Flowcerta-Event': 'validation.completed',
    'X-Flowcerta-Delivery': 'dlv_01J2ZA',
    'X-Flowcerta-Signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    'X-Flowcerta-Target': 'generic',
  });
});

test('we accept our own request and refuse one without the prefix', () => {
  const request = received(flowcertaWire.render(COMPLETED, ATTEMPT));
  expect(flowcertaWire.verify(request, ATTEMPT.secrets, 0)).toEqual({ valid: true });
  const bare = request.headers['x-flowcerta-signature']?.slice('sha256='.length);
  const changed = { ...request, headers: { 'x-flowcerta-signature': bare } };
  expect(flowcertaWire.verify(changed, ATTEMPT.secrets, 0)).toEqual({
    valid: false,
    reason: 'header X-Flowcerta-Signature does not start with "sha256="',
  });
});

test('target generic may be said; a target that cannot be rendered yet is an error', () => {
  const render = (target: string) => flowcertaWire.render(COMPLETED, { ...ATTEMPT, options: { target } });
  expect(render('generic')).toEqual(flowcertaWire.render(COMPLETED, ATTEMPT));
  expect(() => render('slack')).toThrow('flowcerta target "slack" is not available yet, only "generic" is');
});

function findingsSent(type: string, severities: unknown[]): unknown[] {
  const findings = severities.map((severity, index) => ({ ruleId: `R${index}`, severity }));
  const { body } = flowcertaWire.render(anEventOf(type, { findings }), ATTEMPT);
  return JSON.parse(body).data.findings.map((finding: { ruleId: string }) => finding.ruleId);
}

test('findings are ordered by severity, equals keep their order, unknown ones come last', () => {
  const severities = ['low', 'info', 'critical', 'medium', undefined, 'high', 'critical', 'low'];
  const expected = ['R2', 'R6', 'R5', 'R3', 'R0', 'R7', 'R1', 'R4'];
  expect(findingsSent('validation.completed', severities)).toEqual(expected);
});

test('at most ten findings are sent, the most severe of all', () => {
  const severities = [...Array(12).fill('low'), 'high', 'critical'];
  const expected = ['R13', 'R12', 'R0', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7'];
  expect(findingsSent('validation.completed', severities)).toEqual(expected);
});

test('findings of other event types are left as they are', () => {
  expect(findingsSent('validation.below_threshold', ['low', ...Array(11).fill('high')])).toHaveLength(12);
});

test('the event itself is not changed, and findings that are no list pass as they are', () => {
  const data = { findings: [{ severity: 'low' }, { severity: 'high' }] };
  flowcertaWire.render(anEventOf('validation.completed', data), ATTEMPT);
  expect(data.findings[0]).toEqual({ severity: 'low' });
  const { body } = flowcertaWire.render(anEventOf('validation.completed', { findings: null }), ATTEMPT);
  expect(JSON.parse(body).data).toEqual({ findings: null });
});
