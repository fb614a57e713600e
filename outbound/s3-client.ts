import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Port, S3Result, S3Target } from '../domain/exports/s3.ts';
import { createGuardedAgent, type GuardedAgentOptions } from './guarded-agent.ts';
import { describeS3Error, s3Refusal } from './s3-fault.ts';
import { createS3Handler } from './s3-handler.ts';

/** How the S3 client is built. */
export interface S3PortOptions extends GuardedAgentOptions {
  /** Waits before the second and the third try of what was unavailable; default 200 and 1,000. */
  retryDelaysMs?: readonly number[];
}

/** For calls without content. */
const CALL_TIMEOUT_MS = 30_000;
/** For a part, 8 MiB at 256 kbit/s, and for putting the parts together, which may take the server minutes. */
const TRANSFER_TIMEOUT_MS = 300_000;
/** One export sends one part at a time. */
const CONNECTIONS_PER_SERVER = 64;
const TEST_KEY = 'waybill-connector-test';

/** The S3 port over one guarded pool of connections. `close` ends at once what is still under way. */
export function createS3Port(options: S3PortOptions): S3Port & { close(): Promise<void> } {
  const agent = createGuardedAgent({ connectionsPerOrigin: CONNECTIONS_PER_SERVER, ...options });
  const calls = createS3Handler(agent, CALL_TIMEOUT_MS);
  const transfers = createS3Handler(agent, TRANSFER_TIMEOUT_MS);
  const retryDelaysMs = options.retryDelaysMs ?? [200, 1_000];

  async function once<Value>(
    target: S3Target,
    handler: typeof calls,
    run: (client: S3Client) => Promise<S3Result<Value>>,
  ): Promise<S3Result<Value>> {
    const url = URL.parse(target.url);
    if (!isServerUrl(url)) return s3Refusal('invalid_url');
    try {
      return await run(aClient(target, url, handler));
    } catch (error) {
      return describeS3Error(error);
    }
  }

  async function retried<Value>(...call: Parameters<typeof once<Value>>): Promise<S3Result<Value>> {
    for (const delayMs of retryDelaysMs) {
      const result = await once(...call);
      if (result.kind !== 'unavailable') return result;
      await sleep(delayMs);
    }
    return once(...call);
  }

  async function begin(client: S3Client, bucket: string, key: string, contentType: string): Promise<S3Result<string>> {
    const command = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: contentType });
    const { UploadId } = await client.send(command);
    return UploadId ? { kind: 'ok', value: UploadId } : notS3;
  }

  async function abort(client: S3Client, bucket: string, key: string, uploadId: string): Promise<S3Result<null>> {
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
    const result = await client.send(command).then(() => done, describeS3Error);
    return result.kind === 'refused' && result.code === 'no_such_upload' ? done : result;
  }

  return {
    check: (target) =>
      once(target, calls, async (client) => {
        const begun = await begin(client, target.bucket, TEST_KEY, 'text/plain');
        return begun.kind === 'ok' ? abort(client, target.bucket, TEST_KEY, begun.value) : begun;
      }),

    startUpload: (target, key, contentType) =>
      retried(target, calls, (client) => begin(client, target.bucket, key, contentType)),

    uploadPart: (target, key, uploadId, partNumber, bytes) =>
      retried<string>(target, transfers, async (client) => {
        const part = { Bucket: target.bucket, Key: key, UploadId: uploadId, PartNumber: partNumber, Body: bytes };
        const { ETag } = await client.send(new UploadPartCommand(part));
        return ETag ? { kind: 'ok', value: ETag } : notS3;
      }),

    completeUpload: (target, key, uploadId, parts) =>
      // Once only: a second try of one that came through would find no upload.
      once(target, transfers, async (client) => {
        const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
        const upload = { Bucket: target.bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts } };
        await client.send(new CompleteMultipartUploadCommand(upload));
        return done;
      }),

    abortUpload: (target, key, uploadId) =>
      retried(target, calls, (client) => abort(client, target.bucket, key, uploadId)),

    headObject: (target, key) =>
      retried<{ bytes: number } | null>(target, calls, async (client) => {
        try {
          const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: target.bucket, Key: key }));
          return ContentLength === undefined ? notS3 : { kind: 'ok', value: { bytes: ContentLength } };
        } catch (error) {
          if ((error as { name?: string }).name === 'NotFound') return { kind: 'ok', value: null };
          throw error;
        }
      }),

    close: () => agent.destroy(),
  };
}

const done = { kind: 'ok', value: null } as const;
const notS3 = s3Refusal('rejected', 'The answer is not that of an S3 server');

/** Everything that the AWS client would else take from the environment or from files in the home folder is stated. */
function aClient(target: S3Target, url: URL, requestHandler: ReturnType<typeof createS3Handler>): S3Client {
  return new S3Client({
    endpoint: url.origin,
    region: target.region,
    credentials: { accessKeyId: target.accessKeyId, secretAccessKey: target.secretAccessKey },
    forcePathStyle: target.pathStyle,
    requestHandler,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    useArnRegion: false,
    disableS3ExpressSessionAuth: true,
    authSchemePreference: ['aws.auth#sigv4'],
    userAgentAppId: async () => undefined,
    // The checksums of newer clients are refused by older servers; the signature covers the content all the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
  });
}

function isServerUrl(url: URL | null): url is URL {
  return (
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === ''
  );
}
