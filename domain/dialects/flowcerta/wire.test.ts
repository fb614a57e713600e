import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { messageCardFaults } from '../../../test/vendors/message-card.ts';
import { slackFaults, slackSequences } from '../../../test/vendors/slack-blocks.ts';
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

function renderFor(target: unknown, event = COMPLETED) {
  return flowcertaWire.render(event, { ...ATTEMPT, options: { target } });
}

test('generic is the default target and may be said', () => {
  expect(renderFor('generic')).toEqual(flowcertaWire.render(COMPLETED, ATTEMPT));
});

test.each(['pager', 'constructor', '', null, 7, ['slack']])('the unknown target %j is an error', (target) => {
  if (target === null) expect(renderFor(null)).toEqual(renderFor('generic'));
  else expect(() => renderFor(target)).toThrow('flowcerta target must be generic, slack or teams');
});

const TARGETS = [
  { target: 'slack', format: 'Block Kit message', faults: slackFaults },
  { target: 'teams', format: 'MessageCard', faults: messageCardFaults },
];

describe.each(TARGETS)('target $target', ({ target, format, faults }) => {
  test.each(flowcertaCatalogue.eventTypes)(`$name is posted as a ${format} that the destination takes`, (eventType) => {
    const { body, headers } = renderFor(target, anEventOf(eventType.name, eventType.example));
    expect(faults(JSON.parse(body))).toEqual([]);
    expect(headers).toMatchObject({
      'Content-Type': 'application/json',
      'X-Flowcerta-Event': eventType.name,
      'X-Flowcerta-Delivery': 'dlv_01J2ZA',
      'X-Flowcerta-Target': target,
    });
  });

  test("the signature is over the formatted bytes: the document's receiver and we accept it, a changed byte is refused", () => {
    const event = anEventOf('validation.completed', { ...COMPLETED.data, fileName: 'Zoë 👩🏽‍🚀 שלום.xaml' });
    const request = renderFor(target, event);
    const signature = request.headers['X-Flowcerta-Signature'] ?? '';
    expect(documentReceiver(signature, SECRET, request.body)).toBe(true);
    expect(documentReceiver(signature, SECRET, request.body.replace('Zoë', 'Zoe'))).toBe(false);
    expect(flowcertaWire.verify(received(request), ATTEMPT.secrets, 0)).toEqual({ valid: true });
  });

  test('the top ten findings are shown, ordered by severity, and how many there are', () => {
    const severities = [...Array(12).fill('low'), 'high', 'critical'];
    const findings = severities.map((severity, index) => {
      return { ruleId: `RULE${index}`, severity, location: 'Main.xaml:1', description: 'Bad.' };
    });
    const { body } = renderFor(target, anEventOf('validation.completed', { ...COMPLETED.data, findings }));
    const shown = [...body.matchAll(/RULE\d+/g)].map(([rule]) => rule);
    expect(shown).toEqual([13, 12, 0, 1, 2, 3, 4, 5, 6, 7].map((index) => `RULE${index}`));
    expect(body).toContain('Findings (10 of 14)');
  });

  test('texts of an event are escaped for the destination and cannot mention, link or format', () => {
    const evil = '<!channel> <at>all</at> [x](https://evil.example) **b** & \0\ud800';
    const data = { ...COMPLETED.data, fileName: evil, platform: evil, findings: [{ ruleId: evil, description: evil }] };
    const { body } = renderFor(target, anEventOf('validation.completed', data));
    expect(faults(JSON.parse(body))).toEqual([]);
    if (target === 'slack') expect(slackSequences(JSON.parse(body))).toEqual([expect.stringMatching(/^<!date\^\d+\^/)]);
    else expect(JSON.parse(body).sections[0].facts[0].value).toMatch(/^&lt;!channel&gt; .*\\\[x\\\]\\\(https/);
  });

  test('a mebibyte of findings stays within the limits of the destination', () => {
    const findings = Array.from({ length: 1_000 }, (_, index) => {
      return {
        ruleId: `R${index}`,
        severity: 'high',
        location: '漢'.repeat(300),
        description: '👩🏽‍🚀 <&>*_'.repeat(100),
      };
    });
    const { body } = renderFor(target, anEventOf('validation.completed', { ...COMPLETED.data, findings }));
    expect(faults(JSON.parse(body))).toEqual([]);
    expect(body.isWellFormed()).toBe(true);
  });

  test('an event of another type or dialect is rendered from its data', () => {
    const { body } = renderFor(target, anEvent({ type: 'order.created', data: { order_id: 'o-1042' } }));
    expect(faults(JSON.parse(body))).toEqual([]);
    expect(body).toContain('Order created');
    expect(body).toContain('o-1042');
  });
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
