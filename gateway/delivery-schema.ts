import { z } from 'zod';
import type { StoredAttempt, StoredDelivery, StoredExport } from '../store/read-deliveries.ts';
import { shownInstant } from './fields.ts';

export const deliveryStatus = z.enum(['pending', 'delivered', 'failed', 'cancelled']);

/** As the store has it, with the connector under the name that its owner knows. */
const Export = z
  .object({
    status: z.enum(['running', 'waiting', 'done', 'failed']),
    reason: z.string().nullable().meta({ description: 'Why it waits for its next try, or failed.' }),
    connectorId: z.int(),
    datasetId: z.string(),
    bucket: z.string().meta({ description: 'Empty until the connector was read.' }),
    key: z.string(),
    format: z.string(),
    records: z.int().nullable().meta({ description: 'Null until it is done.' }),
    bytes: z.int().nullable(),
  })
  .meta({ id: 'Export', description: 'The file that is put into a bucket before the delivery is sent.' });

export const Delivery = z
  .object({
    id: z.string(),
    eventId: z.string(),
    endpointId: z.string(),
    eventType: z.string(),
    test: z.boolean().meta({ description: 'Of a test event: counts against no limit.' }),
    status: deliveryStatus,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it ended or waits, such as `endpoint_disabled` or `hourly_limit`.' }),
    generation: z.int().meta({ description: 'Raised by every resend; restarts the retry schedule.' }),
    attemptCount: z.int(),
    nextAttemptAt: shownInstant.nullable(),
    workflowId: z.string().nullable().meta({ description: 'The Temporal workflow that has it; null while it waits.' }),
    workflowUrl: z.string().nullable(),
    lastStatusCode: z.int().nullable(),
    lastErrorCode: z.string().nullable(),
    export: Export.nullable().meta({ description: 'Null: it has none, or none was begun.' }),
    createdAt: shownInstant,
    completedAt: shownInstant.nullable(),
  })
  .meta({ id: 'Delivery' });

export const Exchange = z
  .object({
    step: z.string().optional().meta({ description: 'What it was for, where an attempt makes several.' }),
    method: z.string(),
    url: z.string(),
    requestHeaders: z.record(z.string(), z.string()).meta({ description: "The customer's own values are masked." }),
    requestBody: z.string(),
    status: z.int().nullable(),
    responseHeaders: z.record(z.string(), z.string()).nullable(),
    responseBody: z.string().nullable().meta({ description: 'The first 64 KiB.' }),
    responseEncoding: z.enum(['utf8', 'base64']),
    responseTruncated: z.boolean(),
    durationMs: z.number(),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
  })
  .meta({ id: 'Exchange', description: 'One HTTP request and its answer.' });

export const Attempt = z
  .object({
    id: z.string(),
    number: z.int().meta({ description: 'From 1, over all generations.' }),
    generation: z.int(),
    outcome: z.enum(['delivered', 'failed', 'worker_lost', 'in_progress']),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    statusCode: z.int().nullable(),
    durationMs: z.number().nullable(),
    startedAt: shownInstant,
    finishedAt: shownInstant.nullable(),
    nextAttemptAt: shownInstant.nullable(),
    remote: z
      .object({ name: z.string().meta({ description: 'Such as `DQ-24`; may be empty.' }), link: z.string().nullable() })
      .nullable()
      .meta({ description: 'The message or ticket that it made or changed, at a native destination.' }),
    exchanges: z.array(Exchange),
  })
  .meta({ id: 'Attempt', description: 'One try of a delivery.' });

/** A delivery as the API shows it. */
export function showDelivery(
  row: StoredDelivery,
  workflowLink: (workflowId: string) => string | null,
): z.output<typeof Delivery> {
  return {
    ...row,
    export: row.export && showExport(row.export),
    workflowUrl: row.workflowId === null ? null : workflowLink(row.workflowId),
  };
}

function showExport({ connectorNumber: connectorId, ...shown }: StoredExport): z.output<typeof Export> {
  return { ...shown, connectorId };
}

/** An attempt as the API shows it. */
export function showAttempt(row: StoredAttempt): z.output<typeof Attempt> {
  return {
    ...row,
    outcome: row.outcome as z.output<typeof Attempt>['outcome'],
    remote: row.remote === null ? null : JSON.parse(row.remote),
    exchanges: JSON.parse(row.exchanges),
  };
}
