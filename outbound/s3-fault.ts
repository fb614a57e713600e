import type { ExchangeErrorCode } from '../domain/delivery/types.ts';
import type { S3Fault, S3RefusalCode, S3UnavailableCode } from '../domain/exports/s3.ts';
import { ExchangeFailure } from './s3-handler.ts';

/** Codes of S3's answers (Amazon S3 API reference, "Error responses"; R2, MinIO and versitygw use the same). */
const REFUSED: Record<string, S3RefusalCode> = {
  InvalidAccessKeyId: 'unknown_access_key',
  InvalidToken: 'unknown_access_key',
  ExpiredToken: 'unknown_access_key',
  SignatureDoesNotMatch: 'wrong_secret_key',
  AccessDenied: 'access_denied',
  AllAccessDisabled: 'access_denied',
  AccountProblem: 'access_denied',
  NoSuchBucket: 'no_such_bucket',
  InvalidBucketName: 'no_such_bucket',
  PermanentRedirect: 'wrong_region',
  TemporaryRedirect: 'wrong_region',
  AuthorizationHeaderMalformed: 'wrong_region',
  IllegalLocationConstraintException: 'wrong_region',
  NoSuchUpload: 'no_such_upload',
  NotImplemented: 'rejected',
};

const UNAVAILABLE: Record<string, S3UnavailableCode> = {
  SlowDown: 'slow_down',
  Throttling: 'slow_down',
  ThrottlingException: 'slow_down',
  RequestLimitExceeded: 'slow_down',
  TooManyRequests: 'slow_down',
  RequestTimeout: 'timeout',
  RequestTimeTooSkewed: 'clock_skew',
  // Two writers at the same bucket; S3 asks to try again.
  OperationAborted: 'server_error',
};

const REFUSAL_MESSAGES: Record<S3RefusalCode, string> = {
  invalid_url: 'The URL of the S3 server is not an http or https URL without path',
  address_not_allowed: 'The address is in a range that is not allowed',
  unknown_access_key: 'The S3 server does not know the access key id',
  wrong_secret_key: 'The secret access key does not belong to the access key id',
  access_denied: 'The access key lacks a permission: exports need s3:PutObject and s3:AbortMultipartUpload',
  no_such_bucket: 'There is no bucket of this name',
  wrong_region: 'The bucket is in another region, or under another address',
  no_such_upload: 'The upload was completed or aborted before',
  rejected: 'The S3 server refused the request',
};

const UNAVAILABLE_MESSAGES = {
  server_error: 'The S3 server failed',
  slow_down: 'The S3 server asks for fewer requests',
  timeout: 'The S3 server did not get the whole request in time',
  clock_skew: 'The clocks of this machine and of the S3 server differ too much',
} as const;

/**
 * What an error of the AWS client means. The server's own sentences are left out: that to a wrong signature repeats the access
 * key and what was signed.
 */
export function describeS3Error(error: unknown): S3Fault {
  if (error instanceof ExchangeFailure) return describeExchange(error.code, error.message);
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  const code = name !== undefined && /^[A-Za-z0-9]{1,64}$/.test(name) ? name : 'Error';
  const answer = status === 0 ? '' : ` (it answered ${status}, ${code})`;
  const unavailable = UNAVAILABLE[code] ?? (status === 429 ? 'slow_down' : undefined);
  const refusal = REFUSED[code] ?? refusalOfStatus(status);
  if (unavailable === undefined && refusal !== undefined) {
    return { kind: 'refused', code: refusal, message: REFUSAL_MESSAGES[refusal] + answer };
  }
  const passing = (unavailable ?? 'server_error') as keyof typeof UNAVAILABLE_MESSAGES;
  return { kind: 'unavailable', code: passing, message: UNAVAILABLE_MESSAGES[passing] + answer };
}

/** A refusal with the standing sentence of its code. */
export function s3Refusal(code: S3RefusalCode, message = REFUSAL_MESSAGES[code]): S3Fault {
  return { kind: 'refused', code, message };
}

/** For answers without a code: those to HEAD have no body, and what is no S3 server has codes of its own. */
function refusalOfStatus(status: number): S3RefusalCode | undefined {
  if (status >= 300 && status < 400) return 'wrong_region';
  if (status === 401 || status === 403) return 'access_denied';
  // Also an answer of 2xx that could not be read.
  return status < 500 ? 'rejected' : undefined;
}

function describeExchange(code: ExchangeErrorCode, message: string): S3Fault {
  switch (code) {
    case 'address_not_allowed':
      return { kind: 'refused', code, message };
    case 'invalid_request':
      return { kind: 'refused', code: 'rejected', message };
    default:
      return { kind: 'unavailable', code, message };
  }
}
