import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MAX_TAIL_BYTES = 16 * 1024;

/**
 * The last `lines` lines of a file from byte `start` on, for an error message; at most 16 KiB, long lines cut at 300
 * characters. Empty when the file has nothing there or cannot be read.
 */
export function tailFrom(file: string, start: number, lines: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const end = fstatSync(descriptor).size;
    const from = Math.max(start, end - MAX_TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, end - from));
    const length = readSync(descriptor, bytes, 0, bytes.length, from);
    const text = bytes.toString('utf8', 0, length).trim();
    return text
      .split('\n')
      .slice(-lines)
      .map((line) => line.slice(0, 300))
      .join('\n');
  } finally {
    closeSync(descriptor);
  }
}
