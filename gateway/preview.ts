import { MASK } from '../domain/delivery/mask.ts';
import { secretValues } from '../domain/destinations/config-secrets.ts';
import type { Remote, StepRequest } from '../domain/destinations/destination.ts';
import { maskExchange } from '../domain/destinations/mask-exchange.ts';
import { type PreparedEndpoint, prepareDelivery } from '../domain/destinations/prepare.ts';
import { previewSteps } from '../domain/destinations/run-steps.ts';
import { TemplateError } from '../domain/destinations/templates.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { webhookRequest } from '../domain/dialects/webhook-request.ts';
import { subjectKeyOf } from '../domain/signing/subject-key.ts';
import { freshTokens } from './destination-calls.ts';
import { fieldProblem } from './errors.ts';

/** A request as it would be made: secrets masked. */
export interface PreviewedRequest {
  step: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** The event that is previewed, as it would be delivered. */
export interface PreviewedEvent {
  id: string;
  dialect: string;
  type: string;
  data: Record<string, unknown>;
  occurredAt: string;
}

/** What stands for a subject already; both null: nothing does. */
export type KnownSubject = (
  endpointId: string,
  key: string,
) => Promise<{ remote: Remote | null; lastOccurredAt: string | null }>;

const DELIVERY_ID = 'dlv_preview';

/**
 * The requests that an event would cause at a native destination if nothing is found that is not remembered, and everything
 * accepted. Nothing is sent. Throws a problem for a template that fails for the event.
 */
export async function previewNative(
  endpoint: PreparedEndpoint,
  event: PreviewedEvent,
  known: KnownSubject,
  nowMs: number,
): Promise<PreviewedRequest[]> {
  const { destination, config, message, subjectKey } = prepared(endpoint, event);
  const { remote, lastOccurredAt } = await known(endpoint.id, subjectKey);
  const steps = destination.deliver({
    config,
    message,
    subjectKey,
    deliveryKey: DELIVERY_ID,
    remote,
    outdated: lastOccurredAt !== null && lastOccurredAt > event.occurredAt,
    unsure: null,
    test: false,
    tokens: freshTokens(),
    nowMs,
  });
  const secrets = secretValues(endpoint.config.secret);
  return previewSteps(steps, destination.assume).requests.map((request) => masked(request, secrets));
}

function prepared(endpoint: PreparedEndpoint, event: PreviewedEvent) {
  try {
    return prepareDelivery(endpoint, event, subjectKeyOf);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw fieldProblem('validation_failed', [{ field: error.field, rule: error.rule }]);
  }
}

function masked(
  { step, method, url, headers, body, secretAnswer = false }: StepRequest,
  secrets: readonly string[],
): PreviewedRequest {
  const shown = maskExchange(
    {
      method,
      url,
      requestHeaders: headers,
      requestBody: body,
      status: null,
      responseHeaders: null,
      responseBody: null,
      responseEncoding: 'utf8',
      responseTruncated: false,
      durationMs: 0,
      errorCode: null,
      errorMessage: null,
    },
    secrets,
    { secretAnswer },
  );
  return { step, method, url: shown.url, headers: shown.requestHeaders, body: shown.requestBody };
}

/** What of a webhook decides its request. */
export interface PreviewedWebhook {
  wire: DialectWire;
  url: string;
  /** Their values are masked. */
  headerNames: readonly string[];
  acknowledge: string | null;
  options: Readonly<Record<string, unknown>>;
  organizationUuid: string;
  userAgent: string;
}

/** The one request of a webhook. What would differ with another secret, its signature, is masked. */
export function previewWebhook(webhook: PreviewedWebhook, event: PreviewedEvent, nowMs: number): PreviewedRequest[] {
  const { wire, url, headerNames, acknowledge, options, organizationUuid, userAgent } = webhook;
  const signedWith = (seed: number) =>
    webhookRequest(
      wire,
      { url, headers: headerNames.map((name) => ({ name, value: MASK })), acknowledge, timeoutMs: null },
      { ...event, organizationUuid },
      {
        deliveryId: DELIVERY_ID,
        attemptId: 'atm_preview',
        timestampSeconds: Math.floor(nowMs / 1000),
        secrets: [{ scheme: 'hmac', value: wire.secret.format(new Uint8Array(32).fill(seed)) }],
        userAgent,
        options,
      },
    );
  const [{ method, headers, body }, other] = [signedWith(1), signedWith(2)];
  const shown = Object.entries(headers).map(([name, value]) => [name, value === other.headers[name] ? value : MASK]);
  return [{ step: 'send', method, url, headers: Object.fromEntries(shown), body }];
}
