import { CHUNK_BYTES } from '../domain/exports/dataset.ts';
import { InvalidRecordError, NdjsonReader } from '../domain/exports/ndjson.ts';
import type { Db } from './database.ts';
import { type DatasetVersion, writeChunk } from './dataset-chunks.ts';

/** `overtaken`: a later upload of the same dataset has begun, or it was deleted. `lineNumber` counts from 1. */
export type RefusedRecords =
  | { kind: 'invalid'; lineNumber: number; rule: string }
  | { kind: 'too_large' }
  | { kind: 'overtaken' };

export type WrittenRecords = { kind: 'written'; records: number; bytes: number };

const NEWLINE = Uint8Array.of(0x0a);

/**
 * Writes records that come as NDJSON in pieces, `maxBytes` at most, as chunks of the upload: each line ended by `\n`, blank ones
 * left out. Takes the next piece only once the chunks of the last are written, so that little more than one is in memory.
 */
export async function writeRecords(
  db: Db,
  upload: DatasetVersion,
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<WrittenRecords | RefusedRecords> {
  const chunks = new ChunkQueue();
  let records = 0;
  let position = 0;
  let receivedBytes = 0;
  const reader = new NdjsonReader(({ line }) => {
    chunks.take(line);
    chunks.take(NEWLINE);
    records++;
  });
  const writeFull = async (): Promise<boolean> => {
    for (let body = chunks.next(); body; body = chunks.next()) {
      if (!(await writeChunk(db, upload, position++, body))) return false;
    }
    return true;
  };
  try {
    for await (const piece of pieces) {
      receivedBytes += piece.length;
      if (receivedBytes > maxBytes) return { kind: 'too_large' };
      reader.push(piece);
      if (!(await writeFull())) return { kind: 'overtaken' };
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof InvalidRecordError)) throw error;
    return { kind: 'invalid', lineNumber: error.lineNumber, rule: error.rule };
  }
  chunks.end();
  return (await writeFull()) ? { kind: 'written', records, bytes: chunks.bytes } : { kind: 'overtaken' };
}

/** Puts bytes together to chunks of one size. */
class ChunkQueue {
  #full: Uint8Array[] = [];
  #body = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  /** Bytes taken so far. */
  bytes = 0;

  take(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - this.#filled);
      this.#body.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_BYTES) this.end();
    }
  }

  /** What is left becomes the last chunk, if there is any. */
  end(): void {
    if (this.#filled === 0) return;
    this.#full.push(this.#body.subarray(0, this.#filled));
    this.#body = new Uint8Array(CHUNK_BYTES);
    this.#filled = 0;
  }

  /** The next chunk that is full. */
  next(): Uint8Array | undefined {
    return this.#full.shift();
  }
}
