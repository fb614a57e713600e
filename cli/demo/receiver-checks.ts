import { createHmac, timingSafeEqual } from 'node:crypto';
import { slackRefusal } from './vendors/slack-limits.ts';

/**
 * How a receiver of each system checks a request, written from the systems' documents and from the specification of
 * Standard Webhooks. On purpose it shares no code with domain/: a receiver must accept what Waybill signs without
 * knowing Waybill.
 */

/** A request as it came in: header names in lower case, the body's very bytes. */
export interface ReceivedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** What the receiver was given when its endpoint was made. */
export interface ReceiverKnowledge {
  /** As shown in the answer to the creation. */
  secret: string;
  /** Value of the custom header `X-Webhook-Secret`, for Orion. */
  sharedHeader: string;
}

/** An event that passed the check, without its envelope. */
export interface CheckedEvent {
  type: string;
  /** Where the system's requests carry one, the event's id. */
  id: string | undefined;
  data: unknown;
}

/** Throws with the reason when a request is not to be trusted or not as documented. */
export type Check = (request: ReceivedRequest, known: ReceiverKnowledge, nowSeconds: number) => CheckedEvent;

/** Seconds that a signed timestamp may be off. Source: the published Standard Webhooks libraries. */
const TOLERANCE_SECONDS = 5 * 60;

/** One check per dialect. */
export const RECEIVER_CHECKS: Readonly<Record<string, Check>> = {
  flexorch(request, { secret }) {
    expectEqual('X-Flexorch-Signature', header(request, 'x-flexorch-signature'), hmacHex(secret, request.body));
    const { event, timestamp, ...data } = json(request);
    return { type: text('event', event), id: undefined, data: timed(timestamp, data) };
  },
  orion(request, { sharedHeader }) {
    expectEqual('X-Webhook-Secret', header(request, 'x-webhook-secret'), sharedHeader);
    const { event, id, timestamp, data } = json(request);
    return { type: text('event', event), id: text('id', id), data: timed(timestamp, data) };
  },
  fltr(request, { secret }) {
    expectEqual('X-FLTR-Signature', header(request, 'x-fltr-signature'), hmacHex(secret, request.body));
    const { event, id, timestamp, data } = json(request);
    expectEqual('X-FLTR-Event', header(request, 'x-fltr-event'), text('event', event));
    expectEqual('User-Agent', header(request, 'user-agent'), 'FLTR-Webhooks/1.0');
    header(request, 'x-fltr-delivery');
    return { type: text('event', event), id: text('id', id), data: timed(timestamp, data) };
  },
  'job-status'(request, { secret }, nowSeconds) {
    checkStandardWebhooks('svix', request, secret, nowSeconds);
    return standardEvent(request, checkStandardWebhooks('webhook', request, secret, nowSeconds));
  },
  flowcerta(request, { secret }) {
    const type = flowcertaType(request, secret, 'generic');
    const { event, orgId, occurredAt, data } = json(request);
    expectEqual('X-Flowcerta-Event', type, text('event', event));
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text('orgId', orgId))) throw new Error('orgId is no UUID');
    return { type, id: undefined, data: timed(occurredAt, data) };
  },
  standard(request, { secret }, nowSeconds) {
    return standardEvent(request, checkStandardWebhooks('webhook', request, secret, nowSeconds));
  },
};

/** Flowcerta's target `slack`: signed the same way, and a message that Slack takes, which is the event's data. */
export const checkFlowcertaSlack: Check = (request, { secret }) => {
  const type = flowcertaType(request, secret, 'slack');
  const message = json(request);
  const refusal = slackRefusal(message, 'webhook');
  if (refusal) throw new Error(`Slack refuses the message: ${[refusal.error, ...(refusal.errors ?? [])].join(', ')}`);
  return { type, id: undefined, data: message };
};

/** The event type that Flowcerta's headers name, once they are as its document has them. */
function flowcertaType(request: ReceivedRequest, secret: string, target: string): string {
  const expected = `sha256=${hmacHex(secret, request.body)}`;
  expectEqual('X-Flowcerta-Signature', header(request, 'x-flowcerta-signature'), expected);
  expectEqual('X-Flowcerta-Target', header(request, 'x-flowcerta-target'), target);
  header(request, 'x-flowcerta-delivery');
  return header(request, 'x-flowcerta-event');
}

/** Returns the message's id. Source: Standard Webhooks 1.0.0, "Verifying webhook authenticity". */
function checkStandardWebhooks(prefix: string, request: ReceivedRequest, secret: string, nowSeconds: number): string {
  const id = header(request, `${prefix}-id`);
  const timestamp = header(request, `${prefix}-timestamp`);
  if (!/^\d+$/.test(timestamp) || Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new Error(`${prefix}-timestamp is more than ${TOLERANCE_SECONDS} s off`);
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request.body]);
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  const signatures = header(request, `${prefix}-signature`).split(' ');
  if (!signatures.some((signature) => isEqual(signature, expected))) throw new Error(`${prefix}-signature is wrong`);
  return id;
}

function standardEvent(request: ReceivedRequest, id: string): CheckedEvent {
  const { type, timestamp, data } = json(request);
  return { type: text('type', type), id, data: timed(timestamp, data) };
}

function hmacHex(secret: string, body: Buffer): string {
  return createHmac('sha256', Buffer.from(secret, 'utf8')).update(body).digest('hex');
}

function header(request: ReceivedRequest, name: string): string {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') throw new Error(`header ${name} is missing`);
  return value;
}

function json(request: ReceivedRequest): Record<string, unknown> {
  if (header(request, 'content-type') !== 'application/json') throw new Error('Content-Type is not application/json');
  return JSON.parse(request.body.toString('utf8')) as Record<string, unknown>;
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${field} is missing`);
  return value;
}

/** `data`, if the envelope's time is one. */
function timed(time: unknown, data: unknown): unknown {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(String(time)))
    throw new Error('the time is not ISO 8601, UTC');
  return data;
}

/** The message repeats neither side: one of them may be a secret. */
function expectEqual(name: string, received: string, expected: string): void {
  if (!isEqual(received, expected)) throw new Error(`${name} is wrong`);
}

function isEqual(received: string, expected: string): boolean {
  const [a, b] = [Buffer.from(received), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
