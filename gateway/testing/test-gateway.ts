import { randomBytes } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { ExchangeRequest, ExchangeResult } from '../../domain/delivery/types.ts';
import type { S3Result, S3Target } from '../../domain/exports/s3.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { buildGateway } from '../app.ts';
import type { GatewayDependencies } from '../dependencies.ts';

/** The one schedule that the test's Temporal has. */
export const SCHEDULE = {
  id: 'scan-exceptions-04-Europe.Berlin',
  workflowType: 'scanExceptions',
  timeZone: 'Europe/Berlin',
  note: 'Daily at 04:00 Europe/Berlin',
  paused: false,
  nextRunAt: '2026-11-22T03:00:00.000Z',
  lastRunAt: null,
  lastWorkflowId: null,
};

export const ADMIN_KEY = 'admin-key-of-the-tests';

/** A call as tests write it. `key` null sends no authorization. */
export interface Call {
  key?: string | null;
  organization?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A gateway over a real store in memory, with the outside world written down instead of called. */
export interface TestGateway {
  app: FastifyInstance;
  store: Store;
  /** Requests the gateway sent out. */
  sent: ExchangeRequest[];
  /** Workflows told to look again, with the deliveries. */
  signals: { workflowId: string; ids: readonly string[] }[];
  /** Deliveries whose workflow was signalled with start. */
  resends: string[];
  /** Buckets that were tried out. */
  checked: S3Target[];
  /** Everything logged, as one text. */
  log(): string;
  /** What the outside answers from now on; a thrown error for Temporal. */
  outside: {
    answer: ExchangeResult;
    ready: { store: boolean; temporal: boolean };
    temporalFails: boolean;
    publicUrl: string;
    /** What a bucket that is tried out answers. */
    bucket: S3Result<null>;
  };
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, call?: Call): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export const answer200: ExchangeResult = {
  kind: 'response',
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('thanks'),
  bodyTruncated: false,
  durationMs: 12,
};

/** With `over`, the gateway of a pipeline: on its store, which stays open, telling its workflows. */
export async function startTestGateway(
  over?: { store: Store } & Pick<GatewayDependencies, 'signalLookAgain'>,
): Promise<TestGateway> {
  const store =
    over?.store ??
    (await openStore({ dataDir: null, secretKey: randomBytes(32), timeScale: 1, onFault: () => undefined }));
  const lines: string[] = [];
  const sent: ExchangeRequest[] = [];
  const signals: TestGateway['signals'] = [];
  const resends: string[] = [];
  const checked: S3Target[] = [];
  const outside: TestGateway['outside'] = {
    answer: answer200,
    ready: { store: true, temporal: true },
    temporalFails: false,
    publicUrl: 'http://waybill.test',
    bucket: { kind: 'ok', value: null },
  };
  const app = buildGateway({
    ...store,
    signalLookAgain: async (workflowId, ids) => {
      if (outside.temporalFails) throw new Error('Temporal is away');
      signals.push({ workflowId, ids });
      await over?.signalLookAgain(workflowId, ids);
    },
    resendWorkflow: async (_organizationId, deliveryId) => {
      if (outside.temporalFails) throw new Error('Temporal is away');
      resends.push(deliveryId);
    },
    workflowLink: (workflowId) => `http://temporal.test/${workflowId}`,
    schedules: {
      list: async () => {
        if (outside.temporalFails) throw new Error('Temporal is away');
        return [SCHEDULE];
      },
      trigger: async (id) => {
        if (outside.temporalFails) throw new Error('Temporal is away');
        return id === SCHEDULE.id;
      },
    },
    metrics: async () => 'a_metric 1\n',
    readiness: async () => outside.ready,
    http: {
      exchange: async (request) => {
        sent.push(request);
        return outside.answer;
      },
    },
    s3: {
      check: async (target) => {
        checked.push(target);
        return outside.bucket;
      },
    },
    maxDatasetBytes: 4 * 1024 * 1024,
    checkUrl: (url) => (url.hostname.startsWith('10.') ? 'The address is in a private or reserved range' : undefined),
    publicUrl: () => outside.publicUrl,
    portalBundle: null,
    portalFrameAncestors: [],
    adminKey: ADMIN_KEY,
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    timeScale: 1,
    version: '0.0.0-test',
    now: Date.now,
  });
  await app.ready();
  return {
    app,
    store,
    sent,
    signals,
    resends,
    checked,
    outside,
    log: () => lines.join(''),
    call: (method, url, { key = ADMIN_KEY, organization, body, headers } = {}) =>
      app.inject({
        method,
        url,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(organization === undefined ? {} : { 'waybill-organization': organization }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async close() {
      await app.close();
      if (!over) await store.close();
    },
  };
}

/** A new organization with its key of all scopes. */
export async function anOrganization(gateway: TestGateway): Promise<{ id: string; key: string }> {
  const response = await gateway.call('POST', '/v1/organizations', { body: { name: 'Acme' } });
  return response.json();
}
