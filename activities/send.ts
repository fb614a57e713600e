import { type AttemptDecision, decideAttempt } from '../domain/delivery/decide-attempt.ts';
import { ACKNOWLEDGED_POLICY, type RetryPolicy } from '../domain/delivery/retry-policy.ts';
import type { ExchangeRequest, ExchangeResult, HttpPort, RecordedExchange } from '../domain/delivery/types.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { wireOf } from '../domain/dialects/wires.ts';
import type { AttemptStore, BegunAttempt, FinishInput, SenderEndpoint } from '../store/types.ts';
import type { SendAttempt } from './attempt.ts';
import { recordExchange } from './record-exchange.ts';
import type { DeliveryReport } from './types.ts';

/** One wide line per attempt. */
export interface AttemptLog {
  deliveryId: string;
  eventId: string;
  eventType: string;
  endpointId: string;
  organizationId: string;
  attemptId: string;
  attemptNumber: number;
  outcome: string;
  statusCode: number | null;
  durationMs: number;
  deliveryStatus: string;
  retryInMs: number | null;
}

export interface SendPorts {
  store: AttemptStore;
  http: HttpPort;
  nowMs(): number;
  /** 0 <= random < 1. */
  random(): number;
  userAgent: string;
  /** Multiplies every wait of a retry schedule; 1 in production. */
  timeScale: number;
  /** After the finish is written. */
  onAttempt(log: AttemptLog): void;
  /** The endpoint was disabled with the finish, after a 410 or for its failures: cancels what else waits for it. */
  onDisabled(endpointId: string): void;
}

/** Header that asks an acknowledging receiver to repeat the delivery id. */
const DELIVERY_HEADER = 'waybill-delivery';

/** Renders, signs, sends and judges one begun attempt, and finishes it in the store. */
export function createSend(ports: SendPorts): SendAttempt {
  return async function send(begun, run): Promise<DeliveryReport> {
    const startedAtMs = ports.nowMs();
    const endpoint = await ports.store.senderEndpoint(begun.endpointId, begun.endpointVersion);
    const wire = wireOf(endpoint.dialect);
    const request = wire ? render(wire, endpoint, begun, startedAtMs, ports.userAgent) : new Error('unknown dialect');
    const result = request instanceof Error ? null : await ports.http.exchange(request);
    const decision: AttemptDecision =
      result && wire
        ? judge(wire, endpoint, begun, result, ports)
        : { kind: 'failed', code: 'render_failed', reason: 'not_retryable', disableEndpoint: false };
    const exchanges = request instanceof Error || !result ? [] : [recordExchange(request, result, endpoint.headers)];
    const retryInMs = decision.kind === 'retry' ? Math.round(decision.delayMs * ports.timeScale) : null;
    const code = decision.kind === 'delivered' ? null : decision.code;
    const finished = await ports.store.finish({
      deliveryId: begun.deliveryId,
      attemptId: begun.attemptId,
      generation: begun.generation,
      number: begun.number,
      organizationId: begun.organizationId,
      endpointId: begun.endpointId,
      workflowId: run.workflowId,
      runId: run.runId,
      outcome: decision.kind === 'delivered' ? 'delivered' : 'failed',
      status: decision.kind === 'retry' ? 'pending' : decision.kind,
      endReason: decision.kind === 'failed' ? decision.reason : null,
      retryInMs,
      release: run.release,
      errorCode: code,
      errorMessage: request instanceof Error ? request.message : errorMessage(result, code),
      statusCode: result?.kind === 'response' ? result.status : null,
      durationMs: result?.durationMs ?? 0,
      startedAt: new Date(startedAtMs).toISOString(),
      exchanges: JSON.stringify(exchanges satisfies RecordedExchange[]),
      disableEndpoint: decision.kind === 'failed' && decision.disableEndpoint,
      healthJudged: endpoint.healthJudged,
    } satisfies FinishInput);
    ports.onAttempt(toLog(begun, result, code, finished.status, retryInMs));
    if (finished.disabledEndpoint) ports.onDisabled(begun.endpointId);
    const letGo = run.release && finished.status === 'pending';
    return {
      id: begun.deliveryId,
      state: letGo ? 'let_go' : finished.status,
      outcome: code ?? 'delivered',
      generation: finished.generation,
      attemptCount: finished.attemptCount,
      dueInMs: finished.dueInMs ?? 0,
      ended: decision.kind === 'failed' && finished.status === 'failed' ? decision.reason : null,
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
    const rendered = wire.render(
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
    const custom = customHeaders(endpoint.headers, rendered.headers);
    return {
      method: 'POST',
      url: endpoint.url,
      headers: {
        ...custom,
        ...rendered.headers,
        ...(endpoint.acknowledge ? { [DELIVERY_HEADER]: begun.deliveryId } : {}),
      },
      body: rendered.body,
      timeoutMs: endpoint.timeoutMs ?? wire.timeoutMs,
    };
  } catch (error) {
    return error instanceof Error ? error : new Error('rendering failed');
  }
}

/** A customer's headers can add to the dialect's own, never forge one or send it twice, however it is spelt. */
function customHeaders(
  headers: readonly { name: string; value: string }[],
  own: Record<string, string>,
): Record<string, string> {
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = headers.map((h) => [h.name.toLowerCase(), h.value] as const).filter(([name]) => !taken.has(name));
  return Object.fromEntries(kept);
}

function judge(
  wire: DialectWire,
  endpoint: SenderEndpoint,
  begun: BegunAttempt,
  result: ExchangeResult,
  ports: SendPorts,
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

function errorMessage(result: ExchangeResult | null, code: string | null): string | null {
  if (code === null) return null;
  if (result?.kind === 'error') return result.message;
  if (code === 'not_acknowledged') return 'the answer did not repeat the delivery id';
  return result ? `the endpoint answered ${result.status}` : null;
}

function toLog(
  begun: BegunAttempt,
  result: ExchangeResult | null,
  code: string | null,
  status: string,
  retryInMs: number | null,
): AttemptLog {
  return {
    deliveryId: begun.deliveryId,
    eventId: begun.event.id,
    eventType: begun.event.type,
    endpointId: begun.endpointId,
    organizationId: begun.organizationId,
    attemptId: begun.attemptId,
    attemptNumber: begun.number,
    outcome: code ?? 'delivered',
    statusCode: result?.kind === 'response' ? result.status : null,
    durationMs: result?.durationMs ?? 0,
    deliveryStatus: status,
    retryInMs,
  };
}
