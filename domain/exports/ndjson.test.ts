import { describe, expect, test } from 'vitest';
import { InvalidRecordError, MAX_LINE_BYTES, NdjsonReader } from './ndjson.ts';

/** The lines kept of a text that arrives in pieces of `pieceBytes`. */
function read(content: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY): string[] {
  const bytes = new Uint8Array(Buffer.from(content));
  const kept: string[] = [];
  const reader = new NdjsonReader(({ line, value }) => {
    expect(JSON.parse(Buffer.from(line).toString())).toEqual(value);
    kept.push(Buffer.from(line).toString());
  });
  for (let at = 0; at < bytes.length; at += Math.min(pieceBytes, bytes.length)) {
    reader.push(bytes.subarray(at, at + pieceBytes));
  }
  reader.end();
  return kept;
}

function faultOf(content: string | Uint8Array, pieceBytes?: number): string {
  try {
    read(content, pieceBytes);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRecordError);
    return (error as Error).message;
  }
  return 'none';
}

describe('records in lines', () => {
  const lines = ['{"a":1}', '{"b":"ü\\n€ 💥"}', '{}', '{"c":{"d":[1,2]}, "e": null }'];

  test.each([1, 2, 3, 7, 64])('are the same in pieces of %i bytes', (pieceBytes) => {
    expect(read(`${lines.join('\n')}\n`, pieceBytes)).toEqual(lines);
  });

  test.each([
    ['no line end at the end', lines.join('\n'), lines],
    ['\\r\\n', `${lines.join('\r\n')}\r\n`, lines],
    ['blank lines', `\n${lines.join('\n \t\n\r\n')}\n\n`, lines],
    ['nothing at all', '', []],
    ['blank lines only', '\n \n', []],
    ['white space around', '  {"a":1}\t', ['  {"a":1}\t']],
  ])('%s', (_name, content, expected) => {
    expect(read(content, 5)).toEqual(expected);
  });

  test.each([
    ['line 1 is not JSON', 'hello'],
    ['line 2 is not JSON', '{"a":1}\n{"a":1,}'],
    ['line 4 is not JSON', '{"a":1}\n\n{"a":1}\n{"a":1} {"a":2}\n{}'],
    ['line 1 is not JSON', '\ufeff{"a":1}'],
    ['line 1 is not a JSON object', '[{"a":1}]'],
    ['line 2 is not a JSON object', '{}\nnull'],
    ['line 1 is not a JSON object', '"{}"'],
    ['line 1 is not JSON', '{\n}'],
  ])('%s: %j', (fault, content) => {
    expect(faultOf(content)).toBe(fault);
    expect(faultOf(content, 3)).toBe(fault);
  });

  test('bytes that are not UTF-8 are refused, also in the middle of a character', () => {
    expect(faultOf(Uint8Array.from([...Buffer.from('{}\n{"a":"'), 0xff, ...Buffer.from('"}')]))).toBe(
      'line 2 is not UTF-8',
    );
    expect(faultOf(Buffer.from('{"a":"€"}').subarray(0, 8))).toBe('line 1 is not UTF-8');
  });

  test('a line has its bound, to the byte, whether its end has come or not', () => {
    const ofBytes = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(read(`${ofBytes(MAX_LINE_BYTES)}\n{}`, 65_536)).toHaveLength(2);
    expect(faultOf(`{}\n${ofBytes(MAX_LINE_BYTES + 1)}\n`)).toBe('line 2 is longer than 1048576 bytes');
    expect(faultOf(`{}\n${'x'.repeat(MAX_LINE_BYTES + 1)}`, 65_536)).toBe('line 2 is longer than 1048576 bytes');
  });
});
