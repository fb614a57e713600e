import type { ExchangeErrorCode } from '../delivery/types.ts';

/** A bucket and the keys to it, in clear: kept in memory only. */
export interface S3Target {
  /** Of the S3-compatible server, without path: `https://s3.eu-central-1.amazonaws.com`. */
  url: string;
  region: string;
  bucket: string;
  /** `true`: the bucket is the first part of the path; `false`: of the host name. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * What only a change of the connector or the bucket mends. `access_denied`: the key is right but lacks a permission.
 * `no_such_upload`: the multipart upload was completed or aborted. `rejected`: any other answer of 4xx, also of
 * what is no S3 server.
 */
export const S3_REFUSALS = [
  'invalid_url',
  'address_not_allowed',
  'unknown_access_key',
  'wrong_secret_key',
  'access_denied',
  'no_such_bucket',
  'wrong_region',
  'no_such_upload',
  'rejected',
] as const;
export type S3RefusalCode = (typeof S3_REFUSALS)[number];

/** What may pass: no answer at all, an answer of 5xx (`server_error`), a request to slow down, a clock that is off. */
export type S3UnavailableCode =
  | Exclude<ExchangeErrorCode, 'address_not_allowed' | 'invalid_request'>
  | 'server_error'
  | 'slow_down'
  | 'clock_skew';

/** Why a call failed. `message` is a sentence for a person and holds no key, secret, signature or URL. */
export type S3Fault =
  /** Final: the same call would fail again. */
  | { kind: 'refused'; code: S3RefusalCode; message: string }
  /** To be tried again later. */
  | { kind: 'unavailable'; code: S3UnavailableCode; message: string };

export type S3Result<Value> = { kind: 'ok'; value: Value } | S3Fault;

/** A part of a multipart upload that the server has. `partNumber` is 1 to 10,000. */
export interface S3Part {
  partNumber: number;
  etag: string;
}

/** Every part but the last has at least this many bytes (Amazon S3 user guide, "multipart upload limits"). */
export const S3_MIN_PART_BYTES = 5 * 1024 * 1024;
export const S3_MAX_PARTS = 10_000;

/**
 * The guarded way to S3-compatible servers; `outbound/` implements it. Every connection passes the address guard, redirects are
 * not followed. What is unavailable is tried twice more within seconds. Failures are values; nothing is thrown.
 */
export interface S3Port {
  /**
   * Begins and aborts an upload in the bucket: proves address, keys, bucket and the very permissions that exports need, and
   * leaves nothing behind. Not retried.
   */
  check(target: S3Target): Promise<S3Result<null>>;
  /** Begins a multipart upload; nothing is visible under the key before it is completed. The value is the upload's id. */
  startUpload(target: S3Target, key: string, contentType: string): Promise<S3Result<string>>;
  /** The value is the part's etag. The same part again replaces it. */
  uploadPart(
    target: S3Target,
    key: string,
    uploadId: string,
    partNumber: number,
    bytes: Uint8Array,
  ): Promise<S3Result<string>>;
  /**
   * Makes the object visible. At least one part, in ascending order. Completed before: success or
   * `no_such_upload`, as the server likes.
   */
  completeUpload(target: S3Target, key: string, uploadId: string, parts: readonly S3Part[]): Promise<S3Result<null>>;
  /** Throws the parts away. One that is gone already is a success. */
  abortUpload(target: S3Target, key: string, uploadId: string): Promise<S3Result<null>>;
  /** The object's size in bytes; null: there is none. Without the permission to list, some servers refuse instead. */
  headObject(target: S3Target, key: string): Promise<S3Result<{ bytes: number } | null>>;
}
