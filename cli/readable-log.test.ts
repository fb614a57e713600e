import { expect, test } from 'vitest';
import { readableLine } from './readable-log.ts';

test('a line of the log becomes words: time, level, message, and the facts that have a value', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
  const json = JSON.stringify({
    level: 30,
    time,
    pid: 1,
    hostname: 'h',
    eventType: 'a.b',
    retryInMs: null,
    msg: 'attempt',
  });
  expect(readableLine(json)).toBe('03:04:05 info  attempt eventType=a.b\n');
});

test('an error is shown by its message, other objects as JSON', () => {
  const err = { type: 'Error', message: 'refused', stack: 'Error: refused\n    at x' };
  const line = readableLine(JSON.stringify({ level: 40, time: 0, err, temporal: { a: 1 }, msg: 'fault' }));
  expect(line).toMatch(/WARN {2}fault err=refused temporal=\{"a":1\}\n$/);
});
