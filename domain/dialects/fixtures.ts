import type { ReceivedRequest, SigningSecret, WireAttempt, WireEvent, WireRequest } from './dialect.ts';

/** A fixed event for tests; overrides replace whole fields. */
export function anEvent(overrides: Partial<WireEvent> = {}): WireEvent {
  return {
    id: 'evt_01J2Z9',
    dialect: 'standard',
    type: 'job.completed',
    data: { job_id: 'job_abc123' },
    occurredAt: '2024-01-15T10:30:00.000Z',
    organizationUuid: '00000000-0000-0000-0000-000000000000',
    ...overrides,
  };
}

/** A fixed first attempt for tests, at 2024-01-15T10:30:05Z, without secrets. */
export function anAttempt(overrides: Partial<WireAttempt> = {}): WireAttempt {
  return {
    deliveryId: 'dlv_01J2ZA',
    attemptId: 'atm_01J2ZB',
    timestampSeconds: 1_705_314_605,
    secrets: [],
    userAgent: 'Waybill/0.1.0',
    options: {},
    ...overrides,
  };
}

/** An HMAC secret for tests. */
export function hmac(value: string): SigningSecret {
  return { scheme: 'hmac', value };
}

/** The request as its receiver sees it: names in lower case. */
export function received({ body, headers }: WireRequest): ReceivedRequest & { body: string } {
  return {
    body,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}
