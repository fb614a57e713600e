import { type AttemptDecision, decideAttempt } from '../domain/delivery/decide-attempt.ts';
import { recordExchange } from '../domain/delivery/record-exchange.ts';
import { ACKNOWLEDGED_POLICY, type RetryPolicy } from '../domain/delivery/retry-policy.ts';
import type { ExchangeRequest, ExchangeResult, HttpPort } from '../domain/delivery/types.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { DELIVERY_HEADER, webhookRequest } from '../domain/dialects/webhook-request.ts';
import { wireOf } from '../domain/dialects/wires.ts';
import type { BegunAttempt, SenderEndpoint } from '../store/types.ts';
import { type MakeAttempt, notRendered, statusOf } from './attempted.ts';

export interface WebhookPorts {
  http: HttpPort;
  nowMs(): number;
  /** 0 <= random < 1. */
  random(): number;
  userAgent: string;
}

/** One signed HTTP call in the dialect of the endpoint. */
export function createWebhookAttempt(ports: WebhookPorts): MakeAttempt {
  return async (begun, endpoint, startedAtMs) => {
    const wire = wireOf(endpoint.dialect);
    if (!wire) return notRendered(new Error('unknown dialect'));
    const request = render(wire, endpoint, begun, startedAtMs, ports.userAgent);
    if (request instanceof Error) return notRendered(request);
    const result = await ports.http.exchange(request);
    const decision = judge(wire, endpoint, begun, result, ports);
    return {
      decision,
      counted: true,
      accepted: false,
      remote: null,
      exchanges: [recordExchange(request, result, endpoint.headers)],
      statusCode: statusOf(result),
      durationMs: result.durationMs,
      errorMessage: decision.kind === 'delivered' ? null : errorMessage(result, decision.code),
    };
  };
}

function render(
  wire: DialectWire,
  endpoint: SenderEndpoint,
  begun: BegunAttempt,
  nowMs: number,
  userAgent: string,
): ExchangeRequest | Error {
  try {
    const { event } = begun;
    return webhookRequest(
      wire,
      endpoint,
      { ...event, data: JSON.parse(event.data), organizationUuid: begun.organizationUuid },
      {
        deliveryId: begun.deliveryId,
        attemptId: begun.attemptId,
        timestampSeconds: Math.floor(nowMs / 1000),
        secrets: endpoint.secrets.filter((s) => s.expiresAt === null || Date.parse(s.expiresAt) > nowMs),
        userAgent,
        options: endpoint.options,
        ...(begun.file ? { file: begun.file } : {}),
      },
    );
  } catch (error) {
    return error instanceof Error ? error : new Error('rendering failed');
  }
}

function judge(
  wire: DialectWire,
  endpoint: SenderEndpoint,
  begun: BegunAttempt,
  result: ExchangeResult,
  ports: WebhookPorts,
): AttemptDecision {
  const base: RetryPolicy = endpoint.acknowledge ? ACKNOWLEDGED_POLICY : wire.retry;
  return decideAttempt({
    policy: endpoint.retryDelaysMs ? { ...base, delaysMs: endpoint.retryDelaysMs } : base,
    triesSoFar: begun.tries + 1,
    result,
    retryAfter: result.kind === 'response' ? result.headers['retry-after'] : undefined,
    nowMs: ports.nowMs(),
    random: ports.random(),
    acknowledged: {
      required: endpoint.acknowledge !== null,
      echoed: endpoint.acknowledge !== null && result.kind === 'response' && echoes(result, begun.deliveryId),
    },
  });
}

/** The id may come back in the header or anywhere in the body: no-code tools can often set only one of them. */
function echoes(result: Extract<ExchangeResult, { kind: 'response' }>, deliveryId: string): boolean {
  return result.headers[DELIVERY_HEADER] === deliveryId || new TextDecoder().decode(result.body).includes(deliveryId);
}

function errorMessage(result: ExchangeResult, code: string): string {
  if (result.kind === 'error') return result.message;
  return code === 'not_acknowledged'
    ? 'the answer did not repeat the delivery id'
    : `the endpoint answered ${result.status}`;
}
