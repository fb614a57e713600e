import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Target } from '../domain/exports/s3.ts';
import { cacheFolder } from '../worker/dev-server/find-server.ts';
import { freePort } from '../worker/dev-server/ports.ts';
import { type ServerProcess, startServerProcess } from '../worker/dev-server/server-process.ts';
import { eventually } from './eventually.ts';

/** A real S3 server (versitygw over a folder) on a port of its own, with keys that nobody else has. */
export interface BucketServer {
  /** `http://127.0.0.1:port`; stays over stops and starts. */
  url: string;
  /** Its bucket, with the root keys, as a connector has them. */
  target(changes?: Partial<S3Target>): S3Target;
  /** Keys and sizes of the bucket's objects: what a reader can see. */
  objects(): Promise<Map<string, number>>;
  /** Multipart uploads that were neither completed nor aborted, by key. */
  uploads(): Promise<string[]>;
  /** An object's content and media type. */
  read(key: string): Promise<{ text: string; contentType: string }>;
  remove(key: string): Promise<void>;
  start(): Promise<void>;
  /** Ends the process; what is in the bucket stays. */
  stop(): Promise<void>;
  /** Ends it and removes the folder. For `afterAll`. */
  dispose(): Promise<void>;
}

export const VERSITYGW_VERSION = 'v1.8.0';

/** Where `buildVersitygw` puts the executable. */
export function versitygwPath(): string {
  return join(cacheFolder(process.env, homedir()), 'bin', `versitygw-${VERSITYGW_VERSION}`);
}

const BUCKET = 'datasets';
const REGION = 'eu-central-1';
const START_LIMIT_MS = 30_000;

/** Starts a server with an empty bucket. @throws when it was not built (`npm run test:s3` does that) or does not come up. */
export async function aBucketServer(): Promise<BucketServer> {
  if (!existsSync(versitygwPath())) throw new Error(`${versitygwPath()} is missing: npm run test:s3 builds it`);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-s3-'));
  for (const part of ['buckets', 'users']) mkdirSync(join(folder, part));
  const url = `http://127.0.0.1:${await freePort()}`;
  const accessKeyId = `AK${randomBytes(9).toString('hex').toUpperCase()}`;
  const secretAccessKey = randomBytes(30).toString('base64url');
  const client = new S3Client({
    endpoint: url,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const Bucket = BUCKET;
  let server: ServerProcess | undefined;

  const start = async (): Promise<void> => {
    const running = await startServerProcess({
      executable: versitygwPath(),
      args: [
        ...['--port', new URL(url).host, '--region', REGION, '--quiet'],
        // With users of its own an unknown key is refused as by other servers; without, as an unknown administrator.
        ...['--iam-dir', join(folder, 'users'), 'posix', join(folder, 'buckets')],
      ],
      // The keys reach it here, so that they are not in the list of processes.
      environment: { PATH: process.env.PATH, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      logFile: join(folder, 'versitygw.log'),
      stopGraceSeconds: 2,
    });
    server = running;
    let ended: string | undefined;
    void running.exited.then((how) => {
      ended = how;
    });
    await eventually(
      'the S3 server',
      async () => ended !== undefined || (await fetch(url).catch(() => undefined)),
      START_LIMIT_MS,
    );
    if (ended !== undefined) throw new Error(`versitygw ended (${ended}), see ${folder}/versitygw.log`);
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = undefined;
  };

  await start();
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    url,
    target: (changes) => ({
      url,
      region: REGION,
      bucket: BUCKET,
      pathStyle: true,
      accessKeyId,
      secretAccessKey,
      ...changes,
    }),
    async objects() {
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
      return new Map((Contents ?? []).map(({ Key, Size }) => [Key ?? '', Size ?? 0]));
    },
    async uploads() {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return (Uploads ?? []).map(({ Key }) => Key ?? '');
    },
    async read(key) {
      const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
      return { text: (await Body?.transformToString()) ?? '', contentType: ContentType ?? '' };
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    start,
    stop,
    async dispose() {
      client.destroy();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
