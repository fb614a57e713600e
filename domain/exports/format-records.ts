import { type DatasetRecord, InvalidRecordsError, RecordReader } from './record-reader.ts';

/** Columns of a CSV at most: every row has a cell for each. */
export const MAX_CSV_COLUMNS = 10_000;

/** Turns NDJSON in pieces into the bytes of a file, in pieces. Throws `InvalidRecordsError` like `RecordReader`. */
export interface RecordFormatter {
  /** What this piece adds to the file; empty when it completes no record. */
  write(piece: Uint8Array): Uint8Array;
  /** The file's end. */
  end(): Uint8Array;
  /** Written so far. */
  readonly records: number;
}

/** One object a line, each ended by `\n`, as it was written but for white space around it. No records: an empty file. */
export function createJsonlFormatter(): RecordFormatter {
  return new Formatter('', (record) => `${record.text}\n`);
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
  const header = columns.length === 0 ? '' : csvLine(columns.map((name) => csvCell(name)));
  return new Formatter(header, ({ fields }) =>
    // Own fields only: a column may be called `constructor`.
    columns.length === 0
      ? ''
      : csvLine(columns.map((name) => csvCell(Object.hasOwn(fields, name) ? fields[name] : null))),
  );
}

/**
 * Finds a CSV's columns: every field of any record, in the order in which they first appear. It takes a reading of its own, before
 * the one that formats; the union of the first records only would lose what a later one adds.
 */
export class CsvColumnScan {
  readonly #reader = new RecordReader();
  readonly #columns = new Set<string>();

  write(piece: Uint8Array): void {
    this.#add(this.#reader.read(piece));
  }

  end(): string[] {
    this.#add(this.#reader.end());
    return [...this.#columns];
  }

  #add(records: readonly DatasetRecord[]): void {
    for (const { fields } of records) for (const name of Object.keys(fields)) this.#columns.add(name);
    if (this.#columns.size > MAX_CSV_COLUMNS)
      throw new InvalidRecordsError(
        `the records have more than ${MAX_CSV_COLUMNS} different fields, too many for a CSV`,
      );
  }
}

class Formatter implements RecordFormatter {
  readonly #reader = new RecordReader();
  readonly #encoder = new TextEncoder();
  readonly #format: (record: DatasetRecord) => string;
  #header: string;
  #records = 0;

  constructor(header: string, format: (record: DatasetRecord) => string) {
    this.#header = header;
    this.#format = format;
  }

  get records(): number {
    return this.#records;
  }

  write(piece: Uint8Array): Uint8Array {
    return this.#toBytes(this.#reader.read(piece));
  }

  end(): Uint8Array {
    return this.#toBytes(this.#reader.end());
  }

  #toBytes(records: readonly DatasetRecord[]): Uint8Array {
    const text = this.#header + records.map(this.#format).join('');
    this.#header = '';
    this.#records += records.length;
    return this.#encoder.encode(text);
  }
}

const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): value is { rawJSON: string } };

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
