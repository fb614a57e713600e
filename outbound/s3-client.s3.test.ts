import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { S3_MIN_PART_BYTES, type S3Part, type S3Result } from '../domain/exports/s3.ts';
import { aBucketServer, type BucketServer } from '../test/versitygw.ts';
import { LOOPBACK_NETWORKS } from './address-guard.ts';
import { createS3Port } from './s3-client.ts';

let server: BucketServer;
const s3 = createS3Port({ allowNetworks: LOOPBACK_NETWORKS, retryDelaysMs: [10, 10] });

beforeAll(async () => {
  server = await aBucketServer();
});
afterAll(async () => {
  await s3.close();
  await server.dispose();
});

async function valueIn<Value>(call: Promise<S3Result<Value>>): Promise<Value> {
  const result = await call;
  if (result.kind !== 'ok') throw new Error(`${result.code}: ${result.message}`);
  return result.value;
}

describe('the test of a connector, at a real S3 server', () => {
  test('is passed, and leaves nothing behind', async () => {
    expect(await s3.check(server.target())).toEqual({ kind: 'ok', value: null });
    expect([await server.objects(), await server.uploads()]).toEqual([new Map(), []]);
  });

  test('says which of the settings is wrong', async () => {
    const codeOf = async (changes: Parameters<BucketServer['target']>[0]) => {
      const result = await s3.check(server.target(changes));
      expect(JSON.stringify(result)).not.toContain(server.target().secretAccessKey);
      return result.kind === 'ok' ? 'ok' : `${result.kind}: ${result.code}`;
    };
    expect(await codeOf({ accessKeyId: 'AKNOBODY' })).toBe('refused: unknown_access_key');
    expect(await codeOf({ secretAccessKey: 'wrong' })).toBe('refused: wrong_secret_key');
    expect(await codeOf({ bucket: 'no-such-bucket' })).toBe('refused: no_such_bucket');
    expect(await codeOf({ region: 'us-west-1' })).toBe('refused: wrong_region');
    expect(await codeOf({ url: server.url.replace(/\d+$/, '1') })).toBe('unavailable: connection_refused');
    expect(await codeOf({ url: 'nonsense' })).toBe('refused: invalid_url');
  });
});

describe('an upload in parts, at a real S3 server', () => {
  const key = "exports/2026 ü+'(1)*/ds_1.jsonl";

  test('is seen whole once it is completed, and not before', async () => {
    const target = server.target();
    const uploadId = await valueIn(s3.startUpload(target, key, 'application/x-ndjson'));
    const bodies = [Buffer.alloc(S3_MIN_PART_BYTES, 'a'), Buffer.from('the end')];
    const parts: S3Part[] = [];
    for (const [i, body] of bodies.entries()) {
      const etag = await valueIn(s3.uploadPart(target, key, uploadId, i + 1, body));
      parts.push({ partNumber: i + 1, etag });
    }
    expect(await valueIn(s3.headObject(target, key))).toBeNull();
    // The same part again takes the place of the first.
    parts[1] = { partNumber: 2, etag: await valueIn(s3.uploadPart(target, key, uploadId, 2, Buffer.from('The end'))) };
    await valueIn(s3.completeUpload(target, key, uploadId, parts));
    expect(await valueIn(s3.headObject(target, key))).toEqual({ bytes: S3_MIN_PART_BYTES + 7 });
    const { text, contentType } = await server.read(key);
    expect(text === `${'a'.repeat(S3_MIN_PART_BYTES)}The end`).toBe(true);
    expect(contentType).toBe('application/x-ndjson');
  });

  test('is gone once it is aborted, however often', async () => {
    const target = server.target();
    const uploadId = await valueIn(s3.startUpload(target, 'aborted', 'text/csv'));
    await valueIn(s3.uploadPart(target, 'aborted', uploadId, 1, Buffer.from('x')));
    expect(await server.uploads()).toEqual(['aborted']);
    await valueIn(s3.abortUpload(target, 'aborted', uploadId));
    await valueIn(s3.abortUpload(target, 'aborted', uploadId));
    expect(await server.uploads()).toEqual([]);
    expect(await s3.uploadPart(target, 'aborted', uploadId, 2, Buffer.from('x'))).toMatchObject({
      kind: 'refused',
      code: 'no_such_upload',
    });
    expect(await valueIn(s3.headObject(target, 'aborted'))).toBeNull();
  });

  test('waits out a server that is away for a moment, and calls a longer absence unavailable', async () => {
    const target = server.target();
    await server.stop();
    expect(await s3.startUpload(target, 'later', 'text/csv')).toMatchObject({
      kind: 'unavailable',
      code: 'connection_refused',
    });
    const patient = createS3Port({ allowNetworks: LOOPBACK_NETWORKS, retryDelaysMs: Array(200).fill(100) });
    const started = patient.startUpload(target, 'later', 'text/csv');
    await server.start();
    const uploadId = await valueIn(started);
    await valueIn(patient.abortUpload(target, 'later', uploadId));
    await patient.close();
  });
});
