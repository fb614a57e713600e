import { ExportFault } from '../domain/exports/export-fault.ts';
import {
  S3_MAX_PARTS,
  type S3Fault,
  type S3Part,
  type S3Port,
  type S3Result,
  type S3Target,
} from '../domain/exports/s3.ts';

/** Size of every part but the last: 10,000 of them hold 80 GB, and two are in memory. */
export const PART_BYTES = 8 * 1024 * 1024;

export interface UploadPlace {
  target: S3Target;
  key: string;
  uploadId: string;
}

/**
 * Writes an object in parts of one size, one of them on its way while the next is filled: who writes faster than the bucket takes
 * is held up. Throws `ExportFault`, or the reason of `stop`, without waiting for what is on its way.
 */
export class MultipartUpload {
  readonly #s3: S3Port;
  readonly #place: UploadPlace;
  readonly #stop: AbortSignal;
  readonly #parts: S3Part[] = [];
  #filling = new Uint8Array(PART_BYTES);
  #sent = new Uint8Array(PART_BYTES);
  #filled = 0;
  #bytes = 0;
  #partNumber = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(s3: S3Port, place: UploadPlace, stop: AbortSignal) {
    this.#s3 = s3;
    this.#place = place;
    this.#stop = stop;
  }

  /** Once the part on its way has ended, well or not. */
  get settled(): Promise<void> {
    return this.#sending.catch(() => undefined);
  }

  /** Written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + PART_BYTES - this.#filled);
      this.#filling.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#bytes += piece.length;
      at += piece.length;
      if (this.#filled === PART_BYTES) await this.#send();
    }
  }

  /** Sends the rest and makes the object visible. */
  async complete(): Promise<void> {
    // An upload has one part at least, if an empty one.
    if (this.#filled > 0 || this.#partNumber === 0) await this.#send();
    await unlessStopped(this.#sending, this.#stop);
    const { target, key, uploadId } = this.#place;
    unwrap(await unlessStopped(this.#s3.completeUpload(target, key, uploadId, this.#parts), this.#stop));
  }

  async #send(): Promise<void> {
    await unlessStopped(this.#sending, this.#stop);
    const part = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#sent] = [this.#sent, this.#filling];
    this.#filled = 0;
    this.#sending = this.#sendPart(++this.#partNumber, part);
    // Whoever writes on sees it; nobody does after a fault elsewhere.
    this.#sending.catch(() => undefined);
  }

  async #sendPart(partNumber: number, bytes: Uint8Array): Promise<void> {
    if (partNumber > S3_MAX_PARTS)
      throw new ExportFault('export_too_large', 'The file has more parts than a bucket takes');
    const { target, key, uploadId } = this.#place;
    const etag = unwrap(await this.#s3.uploadPart(target, key, uploadId, partNumber, bytes));
    this.#parts.push({ partNumber, etag });
  }
}

/** The value of a call to a bucket. Throws `ExportFault` for what went wrong. */
export function unwrap<Value>(result: S3Result<Value>): Value {
  if (result.kind === 'ok') return result.value;
  throw new ExportFault(codeOf(result), result.message);
}

/** An upload that somebody aborted is begun anew. */
function codeOf({ kind, code }: S3Fault): 'export_bucket_refused' | 'export_bucket_unavailable' {
  return kind === 'unavailable' || code === 'no_such_upload' ? 'export_bucket_unavailable' : 'export_bucket_refused';
}

/** What `promise` gives, or the reason of `stop` as soon as that is aborted. */
export async function unlessStopped<Value>(promise: Promise<Value>, stop: AbortSignal): Promise<Value> {
  stop.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(stop.reason);
  stop.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}
