import { z } from 'zod';
import type { OperationalType } from '../../delivery/operational.ts';
import type { EventTypeDefinition } from '../catalogue.ts';

const count = z.int().nonnegative();

const organization = z.looseObject({ id: z.string(), name: z.string() });
const endpoint = z.looseObject({
  id: z.string(),
  dialect: z.string(),
  destination: z.string(),
  /** Host and port of its URL: path and query may be secret. */
  host: z.string(),
  description: z.string(),
});
const delivery = z.looseObject({
  id: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  /** Begun so far, over all generations. */
  attempts: count,
});

const anOrganization = { id: 'org_01k3p8m4v6t0q2r5s7w9x1y3z5', name: 'Acme' };
const anEndpoint = {
  id: 'ep_01k3p8m4v6t0q2r5s7w9x1y3z5',
  dialect: 'standard',
  destination: 'webhook',
  host: 'hooks.example.com',
  description: 'Orders to the shop',
};
const aDelivery = {
  id: 'dlv_01k3p8m4v6t0q2r5s7w9x1y3z5',
  eventId: 'order-1042',
  eventType: 'order.created',
  attempts: 10,
};

/** What each operational event tells. Ids, names, counts and codes only: no header value, no secret, no path or query. */
const shapes = {
  'endpoint.created': { endpoint },
  'endpoint.updated': {
    endpoint,
    change: z.enum(['settings', 'secret_rotated', 'enabled', 'deleted', 'resumed']),
    /** With `settings` the names of what the change set, else empty. */
    fields: z.array(z.string()),
  },
  'endpoint.disabled': { endpoint, reason: z.string() },
  /** `reason`: what its destination said, in words. */
  'endpoint.paused': { endpoint, reason: z.string() },
  'endpoint.failing': {
    endpoint,
    /** The endpoint's own: the share, 0 to 1, that was exceeded. */
    alertFailureShare: z.number(),
    /** Finished in the last 24 hours. */
    attempts: count,
    failed: count,
  },
  'delivery.failed': {
    endpoint,
    delivery,
    reason: z.enum(['exhausted', 'not_retryable', 'gone', 'export_failed']),
    errorCode: z.string().nullable(),
    statusCode: z.int().nullable(),
  },
  'delivery.recovered': { endpoint, delivery },
  'export.failed': {
    endpoint,
    delivery,
    export: z.looseObject({ datasetId: z.string(), connectorId: z.int(), bucket: z.string(), key: z.string() }),
    errorCode: z.string(),
  },
} satisfies Record<OperationalType, z.ZodRawShape>;

/** `data` of an operational event of this type, without the `organization` that every one names. */
export type OperationalFacts<T extends OperationalType> = z.output<z.ZodObject<(typeof shapes)[T], z.core.$strip>>;

/** Operational event types as the catalogue lists them; reserved to Waybill. */
export const operationalEventTypes: readonly EventTypeDefinition[] = [
  define('endpoint.created', 'An endpoint was created.', { endpoint: anEndpoint }),
  define(
    'endpoint.updated',
    'Settings of an endpoint changed, its secret was rotated, it was enabled, resumed or deleted.',
    {
      endpoint: anEndpoint,
      change: 'settings',
      fields: ['url', 'timeoutMs'],
    },
  ),
  define('endpoint.disabled', 'An endpoint was disabled: by a call, by its own 410, or because it failed too often.', {
    endpoint: anEndpoint,
    reason: 'gone',
  }),
  define('endpoint.paused', 'The configuration of an endpoint was refused three times in a row: its deliveries wait.', {
    endpoint: { ...anEndpoint, destination: 'jira', host: 'acme.atlassian.net' },
    reason: 'Jira refused the credentials (401): enter a new API token.',
  }),
  define('endpoint.failing', 'More of the attempts of the last 24 hours failed than the endpoint tolerates.', {
    endpoint: anEndpoint,
    alertFailureShare: 0.5,
    attempts: 200,
    failed: 126,
  }),
  define('delivery.failed', 'A delivery failed for good: its retries are spent, or the answer ruled out another.', {
    endpoint: anEndpoint,
    delivery: aDelivery,
    reason: 'exhausted',
    errorCode: 'http_503',
    statusCode: 503,
  }),
  define('delivery.recovered', 'A delivery that had failed was delivered after all.', {
    endpoint: anEndpoint,
    delivery: { ...aDelivery, attempts: 11 },
  }),
  define('export.failed', 'The export that a delivery waited for failed for good, and the delivery with it.', {
    endpoint: { ...anEndpoint, dialect: 'flexorch' },
    delivery: { ...aDelivery, eventId: 'evt_01k3p8m4v6t0q2r5s7w9x1y3z5', eventType: 'dataset.ready', attempts: 1 },
    export: { datasetId: 'ds_7f3a', connectorId: 1, bucket: 'exports', key: 'daily/ds_7f3a.jsonl' },
    errorCode: 'export_bucket_refused',
  }),
];

function define<T extends OperationalType>(
  name: T,
  description: string,
  facts: OperationalFacts<T>,
): EventTypeDefinition {
  const schema = z.looseObject({ organization, ...shapes[name] });
  return {
    name,
    description,
    schema,
    example: { organization: anOrganization, ...facts },
    origin: 'ours',
    reserved: true,
  };
}
