import { randomUUID } from 'node:crypto';
import { MASK } from '../domain/delivery/mask.ts';
import type { ExchangeRequest, ExchangeResult, RecordedExchange } from '../domain/delivery/types.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import type { NewSecret } from '../store/endpoint-secrets.ts';
import type { GatewayDependencies } from './dependencies.ts';
import type { TestEvent } from './test-event.ts';

/** An endpoint that is not saved, with all it takes to send to it once. */
export interface Trial {
  wire: DialectWire;
  url: string;
  secret: NewSecret;
  headers: readonly { name: string; value: string }[];
  timeoutMs: number;
  options: Readonly<Record<string, unknown>>;
  organizationUuid: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Sends a test event once, as a delivery would, and stores nothing. Throws what rendering throws; a failed call is a value. */
export async function sendTrial(
  deps: Pick<GatewayDependencies, 'http' | 'now' | 'version'>,
  trial: Trial,
  event: TestEvent,
): Promise<RecordedExchange> {
  const nowMs = deps.now();
  const rendered = trial.wire.render(
    {
      id: `evt_test_${randomUUID()}`,
      ...event,
      occurredAt: new Date(nowMs).toISOString(),
      organizationUuid: trial.organizationUuid,
    },
    {
      deliveryId: `dlv_test_${randomUUID()}`,
      attemptId: `atm_test_${randomUUID()}`,
      timestampSeconds: Math.floor(nowMs / 1000),
      secrets: [trial.secret],
      userAgent: `Waybill/${deps.version}`,
      options: trial.options,
    },
  );
  const custom = Object.fromEntries(trial.headers.map(({ name, value }) => [name, value]));
  const request: ExchangeRequest = {
    method: 'POST',
    url: trial.url,
    headers: { ...custom, ...rendered.headers },
    body: rendered.body,
    timeoutMs: trial.timeoutMs,
  };
  const result = await deps.http.exchange(request);
  const masked = Object.fromEntries(trial.headers.map(({ name }) => [name, MASK]));
  return record({ ...request, headers: { ...masked, ...rendered.headers } }, result);
}

function record(request: ExchangeRequest, result: ExchangeResult): RecordedExchange {
  const response =
    result.kind === 'response'
      ? { status: result.status, responseHeaders: result.headers, ...decode(result.body) }
      : { status: null, responseHeaders: null, responseBody: null, responseEncoding: 'utf8' as const };
  return {
    method: request.method,
    url: request.url,
    requestHeaders: request.headers,
    requestBody: request.body,
    ...response,
    responseTruncated: result.kind === 'response' && result.bodyTruncated,
    durationMs: result.durationMs,
    errorCode: result.kind === 'error' ? result.code : null,
    errorMessage: result.kind === 'error' ? result.message : null,
  };
}

function decode(body: Uint8Array): Pick<RecordedExchange, 'responseBody' | 'responseEncoding'> {
  try {
    return { responseBody: decoder.decode(body), responseEncoding: 'utf8' };
  } catch {
    return { responseBody: Buffer.from(body).toString('base64'), responseEncoding: 'base64' };
  }
}
