/** One record: a line without its line end, to be copied by whoever keeps it, and what it says. */
export interface NdjsonRecord {
  line: Uint8Array;
  value: Record<string, unknown>;
}

/** Thrown for a line that is no record; `lineNumber` counts from 1, blank lines included. The rule never repeats the line. */
export class InvalidRecordError extends Error {
  override readonly name = 'InvalidRecordError';
  readonly lineNumber: number;
  readonly rule: string;
  constructor(lineNumber: number, rule: string) {
    super(`line ${lineNumber} ${rule}`);
    this.lineNumber = lineNumber;
    this.rule = rule;
  }
}

/** Bound of a line in bytes, as that of an event: a line is held in memory whole. */
export const MAX_LINE_BYTES = 1024 * 1024;

const FIRST_CAPACITY_BYTES = 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Reads NDJSON that comes in pieces cut anywhere: each line must be a JSON object in UTF-8; blank lines are skipped, and a line
 * may end with `\r\n`. Holds one line at most, besides the piece it is given.
 * Source: the NDJSON specification 1.0.0, sections 3.1 and 3.2.
 */
export class NdjsonReader {
  readonly #onRecord: (record: NdjsonRecord) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #lineNumber = 1;
  /** The line so far, in a buffer that is used again: pieces of one byte must not hold the buffers they came in. */
  #pending = new Uint8Array(FIRST_CAPACITY_BYTES);
  #pendingBytes = 0;

  constructor(onRecord: (record: NdjsonRecord) => void) {
    this.#onRecord = onRecord;
  }

  /** Throws `InvalidRecordError`; the reader is of no use afterwards. */
  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#endLine(bytes.subarray(start, end));
      start = end + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  /** The last line needs no line end. Throws like `push`. */
  end(): void {
    this.#endLine(new Uint8Array(0));
  }

  #keep(part: Uint8Array): void {
    const neededBytes = this.#pendingBytes + part.length;
    if (neededBytes > MAX_LINE_BYTES) throw this.#fault(`is longer than ${MAX_LINE_BYTES} bytes`);
    if (neededBytes > this.#pending.length) {
      const grown = new Uint8Array(Math.min(MAX_LINE_BYTES, neededBytes * 2));
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(part, this.#pendingBytes);
    this.#pendingBytes = neededBytes;
  }

  #endLine(last: Uint8Array): void {
    let line = last;
    if (this.#pendingBytes > 0 || last.length > MAX_LINE_BYTES) {
      this.#keep(last);
      line = this.#pending.subarray(0, this.#pendingBytes);
      this.#pendingBytes = 0;
    }
    if (line.at(-1) === RETURN) line = line.subarray(0, -1);
    if (line.length > 0) this.#read(line);
    this.#lineNumber++;
  }

  #read(line: Uint8Array): void {
    let text: string;
    try {
      text = this.#decoder.decode(line);
    } catch {
      throw this.#fault('is not UTF-8');
    }
    if (/^[ \t\r]*$/.test(text)) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#fault('is not JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#fault('is not a JSON object');
    }
    this.#onRecord({ line, value: value as Record<string, unknown> });
  }

  #fault(rule: string): InvalidRecordError {
    return new InvalidRecordError(this.#lineNumber, rule);
  }
}
