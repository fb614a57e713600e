import { describe, expect, test } from 'vitest';
import { CsvColumnScan, createCsvFormatter, createJsonlFormatter, type RecordFormatter } from './format-records.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** The pieces that a text falls into when it is cut after every `size` bytes; each is a view of one buffer, used again. */
function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0x20);
  }
}

function run(
  formatter: RecordFormatter,
  input: string | Uint8Array,
  size = 1 << 20,
): { file: string; records: number } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let file = '';
  for (const piece of cut(typeof input === 'string' ? encode(input) : input, size))
    file += decoder.decode(formatter.write(piece));
  return { file: file + decoder.decode(formatter.end()), records: formatter.records };
}

const jsonl = (input: string | Uint8Array, size?: number) => run(createJsonlFormatter(), input, size);

function csv(input: string | Uint8Array, size = 1 << 20) {
  const scan = new CsvColumnScan();
  for (const piece of cut(typeof input === 'string' ? encode(input) : input, size)) scan.write(piece);
  return run(createCsvFormatter(scan.end()), input, size);
}

/** Characters of one to four bytes, quotes, both kinds of line ends, blank lines, no end of line at the end. */
const MIXED = '{"id":1,"name":"é"}\r\n\n  {"id":2,"name":"日本,\\n","tags":["a"]}\n\r\n{"name":"😀 \\"x\\"","id":null}';

describe('cut anywhere, the file is the same', () => {
  const sizes = Array.from({ length: encode(MIXED).length }, (_, i) => i + 1);
  test.each([
    ['jsonl', jsonl],
    ['csv', csv],
  ])('%s', (_format, format) => {
    const whole = format(MIXED);
    expect(whole.records).toBe(3);
    for (const size of sizes) expect(format(MIXED, size), `pieces of ${size} bytes`).toEqual(whole);
  });
});

describe('jsonl', () => {
  test('one object a line as it was written, blank lines dropped, every line ended', () => {
    expect(jsonl(MIXED).file).toBe(
      '{"id":1,"name":"é"}\n  {"id":2,"name":"日本,\\n","tags":["a"]}\n{"name":"😀 \\"x\\"","id":null}\n',
    );
  });

  test.each([
    ['no bytes', '', '', 0],
    ['blank lines only', '\n \r\n\n', '', 0],
    ['an empty object', '{}', '{}\n', 1],
    [
      'numbers as they were written',
      '{"id":12345678901234567890,"p":1.10}\n',
      '{"id":12345678901234567890,"p":1.10}\n',
      1,
    ],
    ['one line of 5,000 characters', `{"a":"${'x'.repeat(5_000)}"}`, `{"a":"${'x'.repeat(5_000)}"}\n`, 1],
  ])('%s', (_what, input, file, records) => {
    expect(jsonl(input, 7)).toEqual({ file, records });
  });
});

describe('csv', () => {
  test('the header has the fields of all records, in the order of their first appearance', () => {
    expect(csv('{"a":1,"b":2}\n{"c":3,"a":4}\n').file).toBe('a,b,c\r\n1,2,\r\n4,,3\r\n');
  });

  test.each([
    ['text', '"plain"', 'plain'],
    ['a comma', '"a,b"', '"a,b"'],
    ['a quote', '"say \\"hi\\""', '"say ""hi"""'],
    ['a line feed', '"a\\nb"', '"a\nb"'],
    ['a carriage return', '"a\\rb"', '"a\rb"'],
    ['a blank at an end', '" a"', '" a"'],
    ['an empty string', '""', '""'],
    ['null', 'null', ''],
    ['true', 'true', 'true'],
    ['a number', '-1.5', '-1.5'],
    ['more digits than a double has', '12345678901234567890', '12345678901234567890'],
    ['a long decimal', '3.14159265358979323846', '3.14159265358979323846'],
    ['an exponent', '1e400', '1e400'],
    ['nested values', '{"x":[1,"a"]}', '"{""x"":[1,""a""]}"'],
    ['digits inside nested values', '[12345678901234567890]', '"[12345678901234567890]"'],
    ['what a spreadsheet takes for a formula', '"=1+1"', '=1+1'],
    ['a telephone number', '"+49 30 1"', '+49 30 1'],
    ['characters beyond the basic plane', '"😀"', '😀'],
  ])('a cell of %s', (_what, value, cell) => {
    expect(csv(`{"v":${value}}`).file).toBe(`v\r\n${cell}\r\n`);
  });

  test.each(['__proto__', 'constructor', 'toString'])('a field called %s is a column like any other', (name) => {
    expect(csv(`{"${name}":"x"}\n{"a":1}`).file).toBe(`${name},a\r\nx,\r\n,1\r\n`);
  });

  test('names of columns are quoted by the same rule', () => {
    expect(csv('{"a,b":1,"c\\"d":2}').file).toBe('"a,b","c""d"\r\n1,2\r\n');
  });

  test.each([
    ['no records', '', 0],
    ['records without fields', '{}\n{}\n', 2],
  ])('%s: an empty file', (_what, input, records) => {
    expect(csv(input)).toEqual({ file: '', records });
  });
});

describe('what is no record is refused, with the line and the rule', () => {
  test.each([
    ['broken JSON', '{"a":1}\n{"secret":', 'line 2 is not JSON'],
    ['an array', '[1]', 'line 1 is not a JSON object'],
  ])('%s', (_what, input, message) => {
    expect(() => jsonl(input, 3)).toThrow(message);
    expect(() => csv(input, 3)).toThrow(message);
  });

  test('more fields than a CSV has columns', () => {
    const fields = (from: number) => Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`f${from + i}`, 1]));
    const records = `${JSON.stringify(fields(0))}\n${JSON.stringify(fields(6_000))}\n`;
    expect(() => csv(records)).toThrow('line 2 brings more than 10000 fields, too many for a CSV');
    expect(jsonl(records).records).toBe(2);
  });
});
