/** One record: its line without the white space around it, and its fields. */
export interface DatasetRecord {
  text: string;
  fields: Record<string, unknown>;
}

/** What was handed over as records is not NDJSON of objects. The message names the line and the rule, never what stands there. */
export class InvalidRecordsError extends Error {
  override readonly name = 'InvalidRecordsError';
}

/** The longest line, in bytes: it is held in memory as a whole. */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/** JSON.parse keeps about 16 digits; longer numbers, such as ids, and exponents are kept as they were written. */
const MAY_LOSE_DIGITS = /[\d.]{16}|\d[eE][+-]?\d/;

// In every engine that Waybill runs on, though not in TypeScript's library yet. Source: ECMAScript 2026, "JSON.rawJSON".
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver?: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Reads NDJSON from pieces that are cut anywhere, inside a character too. Blank lines, `\r` before `\n` and a byte order mark at the
 * beginning are passed over; the last line needs no `\n`. Throws `InvalidRecordsError` at a line that is no JSON object, not UTF-8
 * or longer than `MAX_RECORD_BYTES`.
 */
export class RecordReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #lines = 0;

  /** The records that this piece completes. */
  read(piece: Uint8Array): DatasetRecord[] {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keep(piece);
      return [];
    }
    const complete = joined([...this.#rest, piece.subarray(0, end - 1)]);
    this.#rest = [];
    this.#restBytes = 0;
    this.#keep(piece.subarray(end));
    return this.#parse(complete);
  }

  /** The record of a last line without `\n`, if there is one. */
  end(): DatasetRecord[] {
    return this.#restBytes === 0 ? [] : this.#parse(joined(this.#rest));
  }

  /** Copied: the piece may be a view of a buffer that is used again. */
  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#restBytes += bytes.length;
    if (this.#restBytes > MAX_RECORD_BYTES)
      throw new InvalidRecordsError(`line ${this.#lines + 1} is longer than ${MAX_RECORD_BYTES} bytes`);
    this.#rest.push(bytes.slice());
  }

  #parse(lines: Uint8Array): DatasetRecord[] {
    const records: DatasetRecord[] = [];
    for (const line of this.#decode(lines).split('\n')) {
      const number = ++this.#lines;
      const text = (number === 1 && line.startsWith('\ufeff') ? line.slice(1) : line).trim();
      if (text !== '') records.push({ text, fields: parseObject(text, number) });
    }
    return records;
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new InvalidRecordsError(`line ${this.#lines + 1} or a later one is not UTF-8`);
    }
  }
}

function parseObject(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = MAY_LOSE_DIGITS.test(text) ? parse(text, asWritten) : parse(text);
  } catch {
    throw new InvalidRecordsError(`line ${line} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidRecordsError(`line ${line} is not a JSON object`);
}

function asWritten(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
