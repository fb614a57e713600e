import { expect, test } from 'vitest';
import type { ExportFault } from '../domain/exports/export-fault.ts';
import type { S3Fault, S3Port, S3Result } from '../domain/exports/s3.ts';
import { MultipartUpload, PART_BYTES } from './multipart-upload.ts';

/** A bucket that notes what it gets; `answer` decides about a part, at once by default. */
function aBucket(answer: (partNumber: number) => Promise<S3Result<string>> | undefined = () => undefined) {
  const parts: { partNumber: number; bytes: number; first: number }[] = [];
  let completed: number[] | null = null;
  const s3 = {
    async uploadPart(_target, _key, _uploadId, partNumber, bytes) {
      parts.push({ partNumber, bytes: bytes.length, first: bytes[0] ?? -1 });
      return (await answer(partNumber)) ?? { kind: 'ok', value: `etag-${partNumber}` };
    },
    async completeUpload(_target, _key, _uploadId, sent) {
      completed = sent.map(({ partNumber }) => partNumber);
      return { kind: 'ok', value: null };
    },
  } satisfies Pick<S3Port, 'uploadPart' | 'completeUpload'>;
  const target = { url: '', region: '', bucket: '', pathStyle: true, accessKeyId: '', secretAccessKey: '' };
  const place = { target, key: 'k', uploadId: 'u' };
  const stop = new AbortController();
  const upload = new MultipartUpload(s3 as unknown as S3Port, place, stop.signal);
  return { parts, upload, stop, completed: () => completed };
}

test.each([
  [0, [0]],
  [1, [1]],
  [PART_BYTES, [PART_BYTES]],
  [PART_BYTES + 1, [PART_BYTES, 1]],
  [2 * PART_BYTES, [PART_BYTES, PART_BYTES]],
])('%i bytes are parts of %j', async (bytes, sizes) => {
  const { parts, upload, completed } = aBucket();
  // In pieces that cross the parts' bounds.
  for (let at = 0; at < bytes; at += 3_000_000) await upload.write(new Uint8Array(Math.min(3_000_000, bytes - at)));
  await upload.complete();
  expect(parts.map((part) => part.bytes)).toEqual(sizes);
  expect(completed()).toEqual(sizes.map((_, i) => i + 1));
  expect(upload.bytes).toBe(bytes);
});

test('one part is on its way while the next is filled; the one after that waits', async () => {
  const first = Promise.withResolvers<S3Result<string>>();
  const { parts, upload } = aBucket((partNumber) => (partNumber === 1 ? first.promise : undefined));
  await upload.write(new Uint8Array(2 * PART_BYTES - 1).fill(7));
  let isHeldUp = true;
  const writing = upload.write(new Uint8Array(PART_BYTES)).then(() => {
    isHeldUp = false;
  });
  await new Promise(setImmediate);
  expect(isHeldUp).toBe(true);
  expect(parts).toHaveLength(1);
  first.resolve({ kind: 'ok', value: 'etag-1' });
  await writing;
  await upload.complete();
  // Nothing was written over while it was on its way.
  expect(parts.map(({ first }) => first)).toEqual([7, 7, 0]);
});

test.each<[S3Fault, string, boolean]>([
  [{ kind: 'refused', code: 'access_denied', message: 'No' }, 'export_bucket_refused', false],
  [{ kind: 'unavailable', code: 'server_error', message: 'Later' }, 'export_bucket_unavailable', true],
  // Somebody aborted it: begun anew, it goes through.
  [{ kind: 'refused', code: 'no_such_upload', message: 'Gone' }, 'export_bucket_unavailable', true],
])('a part that is not taken ends it: %j', async (fault, code, passes) => {
  const { upload, completed } = aBucket(async () => fault);
  await upload.write(new Uint8Array(PART_BYTES));
  const end = (await upload.complete().catch((error: unknown) => error)) as ExportFault;
  expect(end).toMatchObject({ code, passes, message: fault.message });
  expect(completed()).toBeNull();
  await upload.settled;
});

test('a stop does not wait for what is on its way', async () => {
  const { upload, stop, completed } = aBucket(() => new Promise(() => undefined));
  await upload.write(new Uint8Array(PART_BYTES));
  const completing = upload.complete();
  stop.abort(new Error('stopped'));
  await expect(completing).rejects.toThrow('stopped');
  expect(completed()).toBeNull();
});
