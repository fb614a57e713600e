import { InvalidRecordError, NdjsonReader, type NdjsonRecord } from './ndjson.ts';

/** Columns of a CSV at most: every row has a cell for each. */
export const MAX_CSV_COLUMNS = 10_000;

/** Turns NDJSON in pieces, cut anywhere, into the bytes of a file, in pieces. Throws `InvalidRecordError` like `NdjsonReader`. */
export interface RecordFormatter {
  /** What this piece adds to the file, good until the next call; empty when it completes no record. */
  write(piece: Uint8Array): Uint8Array;
  /** The file's end. */
  end(): Uint8Array;
  /** Written so far. */
  readonly records: number;
}

/** One object a line as it was written, each ended by `\n`; blank lines dropped. No records: an empty file. */
export function createJsonlFormatter(): RecordFormatter {
  const file = new FileBytes();
  return new Formatter(file, ({ line }) => {
    file.add(line);
    file.add(NEWLINE);
  });
}

/**
 * CSV by RFC 4180: UTF-8, lines ended by CRLF, the columns' names first. A cell holds a string as it is, a number as it was
 * written, `true` or `false`, or nested JSON; null and a missing field are an empty cell, an empty string is `""`. No columns:
 * an empty file.
 *
 * Cells are the data and nothing else: a value that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`) is not disguised,
 * since this file is for programs and the disguise would spoil negative numbers and telephone numbers.
 */
export function createCsvFormatter(columns: readonly string[]): RecordFormatter {
  const file = new FileBytes();
  if (columns.length > 0) file.addText(csvLine(columns.map(csvCell)));
  return new Formatter(file, (record) => {
    const fields = exactFields(record);
    // Own fields only: a column may be called `constructor`.
    const cells = columns.map((name) => csvCell(Object.hasOwn(fields, name) ? fields[name] : null));
    if (columns.length > 0) file.addText(csvLine(cells));
  });
}

/**
 * Finds a CSV's columns: every field of any record, in the order in which they first appear. It takes a reading of its own, before
 * the one that formats; the union of the first records only would lose what a later one adds.
 */
export class CsvColumnScan {
  readonly #columns = new Set<string>();
  #records = 0;
  readonly #reader = new NdjsonReader(({ value }) => {
    this.#records++;
    for (const name of Object.keys(value)) this.#columns.add(name);
    if (this.#columns.size > MAX_CSV_COLUMNS)
      throw new InvalidRecordError(this.#records, `brings more than ${MAX_CSV_COLUMNS} fields, too many for a CSV`);
  });

  write(piece: Uint8Array): void {
    this.#reader.push(piece);
  }

  end(): string[] {
    this.#reader.end();
    return [...this.#columns];
  }
}

class Formatter implements RecordFormatter {
  readonly #file: FileBytes;
  readonly #reader: NdjsonReader;
  #records = 0;

  constructor(file: FileBytes, add: (record: NdjsonRecord) => void) {
    this.#file = file;
    this.#reader = new NdjsonReader((record) => {
      this.#records++;
      add(record);
    });
  }

  get records(): number {
    return this.#records;
  }

  write(piece: Uint8Array): Uint8Array {
    this.#reader.push(piece);
    return this.#file.take();
  }

  end(): Uint8Array {
    this.#reader.end();
    return this.#file.take();
  }
}

const NEWLINE = Uint8Array.of(0x0a);
const FIRST_CAPACITY_BYTES = 65_536;

/** Bytes of the file that nobody has taken yet, in a buffer that is used again. */
class FileBytes {
  readonly #encoder = new TextEncoder();
  #buffer = new Uint8Array(FIRST_CAPACITY_BYTES);
  #bytes = 0;

  add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#bytes);
    this.#bytes += bytes.length;
  }

  addText(text: string): void {
    // The most that a UTF-16 unit takes in UTF-8.
    this.#makeRoom(text.length * 3);
    this.#bytes += this.#encoder.encodeInto(text, this.#buffer.subarray(this.#bytes)).written;
  }

  take(): Uint8Array {
    // Not copied: a gigabyte in copies of a mebibyte each would be left to the garbage collector.
    const taken = this.#buffer.subarray(0, this.#bytes);
    this.#bytes = 0;
    return taken;
  }

  #makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.#buffer.length) return;
    const grown = new Uint8Array((this.#bytes + bytes) * 2);
    grown.set(this.#buffer.subarray(0, this.#bytes));
    this.#buffer = grown;
  }
}

const utf8 = new TextDecoder();

/** A double keeps about 16 digits: longer numbers, such as ids, and exponents need care. */
const MAY_LOSE_DIGITS = /[\d.]{16}|\d[eE][+-]?\d/;

// In every engine that Waybill runs on, though not in TypeScript's library yet. Source: ECMAScript 2026, "JSON.rawJSON".
const { parse, rawJSON, isRawJSON } = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { rawJSON: string };
};

/** The record's fields, in which a number that a double would change stands as it was written (raw JSON). */
function exactFields({ line, value }: NdjsonRecord): Record<string, unknown> {
  const text = utf8.decode(line);
  if (!MAY_LOSE_DIGITS.test(text)) return value;
  return parse(text, (_key, field, { source }) =>
    typeof field === 'number' && source !== undefined && String(field) !== source ? rawJSON(source) : field,
  ) as Record<string, unknown>;
}

function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (isRawJSON(value)) return value.rawJSON;
  if (typeof value === 'object') return quoted(JSON.stringify(value));
  const text = String(value);
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? quoted(text) : text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
