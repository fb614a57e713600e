import type { AttemptOutcome, DeliveryStatus } from '../domain/delivery/types.ts';
import type { Templates } from '../domain/destinations/templates.ts';
import type { AutoExport } from '../domain/exports/auto-export.ts';
import type { ExportFaultCode } from '../domain/exports/export-fault.ts';
import type { ExportedFile } from '../domain/exports/export-plan.ts';
import type { DestinationConfig } from './destination-types.ts';

/** A publish as the gateway hands it to the group commit; `data` is JSON text, already checked. */
export interface PublishItem {
  organizationId: string;
  dialect: string;
  type: string;
  data: string;
  occurredAt: string;
  /** The caller's id, or null for a new one. */
  id: string | null;
  idempotencyKey: string | null;
  /** SHA-256 (hex) over everything the caller sent except the idempotency key. */
  fingerprint: string;
  presenceName: string | null;
  userId: string | null;
  /** Ids of endpoints, overriding filter and dialect; null means by match. */
  to: string[] | null;
  /** To try an endpoint out: counts against no limit and for no failure share. Absent: no. */
  test?: boolean;
  /** The source it came in by; absent: published through the API. */
  source?: SourceArrival;
}

/** What an event that came in by a source has besides. */
export interface SourceArrival {
  id: string;
  /** The sender's id, or what stands for it: unique for the source, and so the key that tells repeats. */
  eventId: string;
  /** What is odd about it, though it was accepted; null: nothing. */
  flag: string | null;
}

/**
 * `repeated`: the same was published before, `eventId` is the first one's; from a source also with other content (`differs`),
 * since there the sender's id alone decides. `conflict`: same id or key, other content.
 */
export type PublishResult =
  | { kind: 'created'; eventId: string; deliveryCount: number }
  | { kind: 'repeated'; eventId: string; differs?: true }
  | { kind: 'conflict'; field: 'id' | 'Idempotency-Key' }
  | { kind: 'unknown_endpoint'; endpointId: string };

/** A delivery as the dispatcher claimed it: ids and counts, and what its workflow is to be called. */
export interface ClaimedDelivery {
  id: string;
  organizationId: string;
  endpointId: string;
  eventType: string;
  generation: number;
  attemptCount: number;
  tries: number;
  /** ISO; in the past or now when the first act is an attempt. */
  nextAttemptAt: string;
  /** Milliseconds until it is due by the store's clock; 0 or less when due. */
  dueInMs: number;
  ownWorkflow: boolean;
  /** As in the table: whether an export belongs to it, and is still to be made. */
  exportState: ExportState;
  /** Never shares a workflow with others. */
  alone: boolean;
  endpoint: ClaimedEndpoint;
}

/** `needed`: begin refuses an attempt until the export is made. Null: none belongs to the delivery. */
export type ExportState = 'needed' | 'done' | null;

/** What the dispatcher needs of an endpoint to plan and to name a workflow. */
export interface ClaimedEndpoint {
  url: string;
  dialect: string;
  /** The endpoint's own number of retries; null for its dialect's. */
  retryCount: number | null;
  acknowledged: boolean;
  maxConcurrency: number | null;
  /** Whether it is a native destination. */
  native: boolean;
}

/** What begin needs from the workflow. */
export interface BeginInput {
  id: string;
  generation: number;
  attemptCount: number;
  workflowId: string;
  runId: string;
  /** Temporal's count of this activity, 1 for the first. */
  activityAttempt: number;
}

/** An attempt that may now be sent, with all it takes to render it but the endpoint, which is cached by version. */
export interface BegunAttempt {
  kind: 'begun';
  deliveryId: string;
  organizationId: string;
  endpointId: string;
  endpointVersion: number;
  attemptId: string;
  /** Number over all generations. */
  number: number;
  generation: number;
  /** Tries of this generation before this attempt. */
  tries: number;
  organizationUuid: string;
  /** Of a test event. */
  test: boolean;
  /** The export that was made for it; null: none was ordered. */
  file: ExportedFile | null;
  event: { id: string; dialect: string; type: string; data: string; occurredAt: string };
}

/** Why no attempt was begun, and from where the workflow goes on. */
export interface RefusedAttempt {
  kind: 'refused';
  deliveryId: string;
  /**
   * `superseded`: another workflow has it now. `released`: it went back to waiting. `busy`: an attempt is open elsewhere.
   * `not_exported`: its export must be made first. `not_due`: its time has not come, or the stored count moved on; go on from
   * `generation`, `attemptCount` and `dueInMs`.
   */
  why: 'not_found' | 'finished' | 'superseded' | 'released' | 'busy' | 'not_exported' | 'not_due';
  status: DeliveryStatus | null;
  generation: number;
  attemptCount: number;
  /** Milliseconds until the next look makes sense; 0 when at once. */
  dueInMs: number;
}

export type BeginResult = BegunAttempt | RefusedAttempt;

/** What the worker knows once an attempt is over; the store fences it by `attemptId`. */
export interface FinishInput {
  deliveryId: string;
  attemptId: string;
  generation: number;
  number: number;
  organizationId: string;
  endpointId: string;
  workflowId: string;
  runId: string;
  outcome: AttemptOutcome;
  /** Status the delivery takes if the fence holds; `pending` when it is retried. */
  status: DeliveryStatus;
  /** Why it is failed; null while it is not. */
  endReason: 'exhausted' | 'not_retryable' | 'gone' | null;
  /** Wait before the next attempt, in milliseconds; null when there is none. */
  retryInMs: number | null;
  /** `true`: a retry goes back to waiting, to be claimed into a workflow of its own. */
  release: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  statusCode: number | null;
  durationMs: number;
  /** ISO. */
  startedAt: string;
  /** JSON text of `RecordedExchange[]`. */
  exchanges: string;
  /** JSON `{name, link}` of the message or ticket it made or changed; null: none. */
  remote: string | null;
  /** Whether it uses up a try of the schedule; an attempt that only searched, or found its subject busy, does not. */
  counted: boolean;
  /** Delivered as far as the vendor says: it took it, and tells no one what became of it. */
  accepted: boolean;
  /** Disables the endpoint in the same transaction (410 Gone). */
  disableEndpoint: boolean;
  /** Whether the endpoint is judged by its failures with this finish, and disabled if they are too many. */
  healthJudged: boolean;
}

/** What stands in the store after a finish; `status` may differ from what was asked (cancelled meanwhile, older generation). */
export interface FinishResult {
  deliveryId: string;
  status: DeliveryStatus;
  generation: number;
  attemptCount: number;
  /** Milliseconds until the next attempt; null when there is none. */
  dueInMs: number | null;
  /** The endpoint was disabled with this finish: what else waits for it is to be cancelled. */
  disabledEndpoint: boolean;
}

/** An endpoint with its secrets in clear, as a sender needs it; kept in memory only. */
export interface SenderEndpoint {
  id: string;
  version: number;
  dialect: string;
  destination: string;
  url: string;
  options: Record<string, unknown>;
  /** Of a native destination, secrets in clear; both parts empty for webhooks. */
  config: DestinationConfig;
  /** Overrides of what its messages say; null: none. */
  templates: Templates | null;
  /** The customer's own, and `Authorization` where it set basic authentication. Values are secrets. */
  headers: { name: string; value: string }[];
  retryDelaysMs: number[] | null;
  timeoutMs: number | null;
  acknowledge: string | null;
  /** Whether it is disabled when too large a share of its attempts fails. */
  healthJudged: boolean;
  /** Current first; `expiresAt` is ISO or null. */
  secrets: { scheme: 'hmac' | 'ed25519'; value: string; expiresAt: string | null }[];
}

/** The part of the store that every attempt needs. */
export interface AttemptStore {
  begin(inputs: readonly BeginInput[]): Promise<BeginResult[]>;
  /** Retries store faults in place until it is written or `signal` aborts; never sends. */
  finish(input: FinishInput): Promise<FinishResult>;
  senderEndpoint(endpointId: string, version: number): Promise<SenderEndpoint>;
  /** Cancels what the workflow still holds; returns the ids cancelled. */
  cancelHeldBy(workflowId: string, ids: readonly string[]): Promise<string[]>;
}

/** One try of a delivery's export. Of several, only the latest can write. */
export interface ExportTry {
  deliveryId: string;
  workflowId: string;
  generation: number;
  /** Of this generation, this one included. */
  tries: number;
}

/** A multipart upload that was begun and neither completed nor aborted, as far as the store knows. */
export interface OpenUpload {
  connectorId: number;
  bucket: string;
  key: string;
  uploadId: string;
}

/** An export that may now be made, and what earlier tries left. */
export interface BegunExport {
  kind: 'begun';
  try: ExportTry;
  organizationId: string;
  attemptCount: number;
  order: AutoExport;
  /** Null: the event names none. */
  datasetId: string | null;
  /** To be aborted first. */
  leftover: OpenUpload | null;
  /** Made for an earlier generation: good still, if the object is there. */
  earlier: ExportedFile | null;
  /** Since the first try of this generation. */
  elapsedMs: number;
}

/** `none`: there is no export to make; the begin of an attempt says how the delivery goes on. `not_due`: look again in `dueInMs`. */
export type ExportBegin =
  | BegunExport
  | { kind: 'none'; organizationId: string; leftover: OpenUpload | null }
  | { kind: 'not_due'; generation: number; attemptCount: number; dueInMs: number };

/** Exports in the store. Every write answers `false`, and writes nothing, once the try is not the latest or the delivery has ended. */
export interface ExportStore {
  begin(input: { id: string; workflowId: string }): Promise<ExportBegin>;
  /** Before the first part is sent, so that whoever comes after a crash can abort it. */
  uploadStarted(
    which: ExportTry,
    upload: OpenUpload,
    source: Pick<AutoExport, 'format'> & { datasetId: string },
  ): Promise<boolean>;
  /** The upload is completed or aborted. */
  forgetUpload(deliveryId: string, uploadId: string): Promise<void>;
  /** Says that the try goes on; due every few seconds. */
  renew(which: ExportTry): Promise<boolean>;
  /** The file is in place: attempts may begin. */
  finish(which: ExportTry, file: ExportedFile): Promise<boolean>;
  /** It could not be made now: the delivery shows why, and when it is tried again. */
  wait(which: ExportTry, fault: { code: ExportFaultCode; message: string }, retryInMs: number): Promise<boolean>;
  /** It cannot be made: ends the delivery as failed. */
  fail(which: ExportTry, fault: { code: ExportFaultCode; message: string }): Promise<boolean>;
}

export type * from './destination-types.ts';
export type * from './scan-types.ts';
