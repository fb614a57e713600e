import { randomUUID } from 'node:crypto';
import { recordExchange } from '../domain/delivery/record-exchange.ts';
import type { RecordedExchange } from '../domain/delivery/types.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { webhookRequest } from '../domain/dialects/webhook-request.ts';
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

/** Sends a test event once, as a delivery would, and stores nothing. Throws what rendering throws; a failed call is a value. */
export async function sendTrial(
  deps: Pick<GatewayDependencies, 'http' | 'now' | 'version'>,
  trial: Trial,
  event: TestEvent,
): Promise<RecordedExchange> {
  const { wire, secret, options, organizationUuid, ...endpoint } = trial;
  const nowMs = deps.now();
  const request = webhookRequest(
    wire,
    { ...endpoint, acknowledge: null },
    { id: `evt_test_${randomUUID()}`, ...event, occurredAt: new Date(nowMs).toISOString(), organizationUuid },
    {
      deliveryId: `dlv_test_${randomUUID()}`,
      attemptId: `atm_test_${randomUUID()}`,
      timestampSeconds: Math.floor(nowMs / 1000),
      secrets: [secret],
      userAgent: `Waybill/${deps.version}`,
      options,
    },
  );
  return recordExchange(request, await deps.http.exchange(request), trial.headers);
}
