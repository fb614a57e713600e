import type { ConnectorReader } from '../domain/exports/connector.ts';
import type { S3Port, S3Target } from '../domain/exports/s3.ts';
import type { ExportStore, OpenUpload } from '../store/types.ts';
import { unlessStopped, unwrap } from './multipart-upload.ts';

export interface AbortPorts {
  store: ExportStore;
  connectors: ConnectorReader;
  s3: S3Port;
}

/** How long a try that was broken off takes for its upload at most. */
const LAST_WAIT_MS = 5_000;

/**
 * Aborts the upload that an earlier try left. Throws `ExportFault` while the bucket is not available. Where the connector is gone,
 * or its keys may not abort, nobody can.
 */
export async function abortLeftover(
  ports: AbortPorts,
  { organizationId, deliveryId }: { organizationId: string; deliveryId: string },
  upload: OpenUpload,
  stop: AbortSignal,
): Promise<void> {
  const target = await ports.connectors.target(organizationId, upload.connectorId);
  if (!target) return;
  const at = { ...target, bucket: upload.bucket };
  const aborted = await unlessStopped(ports.s3.abortUpload(at, upload.key, upload.uploadId), stop);
  if (aborted.kind === 'refused') return;
  unwrap(aborted);
  await ports.store.forgetUpload(deliveryId, upload.uploadId);
}

/** Aborts a try's own upload, once the part on its way (`sending`) has ended; what the bucket does not answer to in time is left to the next try. */
export async function abortOwn(
  ports: AbortPorts,
  target: S3Target,
  deliveryId: string,
  upload: OpenUpload,
  sending: Promise<void>,
): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, LAST_WAIT_MS);
  await Promise.race([sending, late.promise]);
  const aborted = await Promise.race([ports.s3.abortUpload(target, upload.key, upload.uploadId), late.promise]);
  clearTimeout(timer);
  if (aborted?.kind === 'ok') await ports.store.forgetUpload(deliveryId, upload.uploadId);
}
