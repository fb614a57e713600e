import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  cpuMsBetween,
  isAlive,
  type ProcessStat,
  parseProcessStat,
  readProcessTree,
  residentMb,
} from './process-tree.ts';

function aProcess(change: Partial<ProcessStat>): ProcessStat {
  return { pid: 1, parentPid: 0, processGroup: 1, startTicks: 100, cpuMs: 0, ...change };
}

test('parseProcessStat reads past a command name with spaces and brackets', () => {
  const line =
    '4711 (a (b) c) S 12 13 14 0 -1 4194304 9 0 0 0 250 50 7 7 20 0 11 0 88123 1000 200 18446744073709551615';
  expect(parseProcessStat(line)).toEqual({
    pid: 4711,
    parentPid: 12,
    processGroup: 13,
    startTicks: 88123,
    cpuMs: 3000,
  });
});

test('cpuMsBetween counts a new process from its start, even under a pid that was used before', () => {
  const before = [aProcess({ pid: 1, cpuMs: 100 }), aProcess({ pid: 2, cpuMs: 900 })];
  const after = [aProcess({ pid: 1, cpuMs: 150 }), aProcess({ pid: 2, startTicks: 200, cpuMs: 30 })];
  expect(cpuMsBetween(before, after)).toBe(80);
});

test('residentMb of no process is unknown', () => {
  expect(residentMb([])).toBeNull();
});

test.runIf(existsSync('/proc/self/stat'))('readProcessTree finds a child of a child, and its memory', async () => {
  const grandchild = `require('node:child_process').spawn('sleep', ['30']).once('spawn', () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', grandchild], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const rootPid = child.pid ?? Number.NaN;
  try {
    await once(child.stdout, 'data');
    const tree = readProcessTree(rootPid);
    expect(tree.map(({ parentPid }) => parentPid).sort()).toEqual([process.pid, rootPid].sort());
    expect(residentMb(tree)).toBeGreaterThan(1);
    expect(tree.map(isAlive)).toEqual([true, true]);
    expect(tree.map((one) => isAlive({ ...one, startTicks: one.startTicks - 1 }))).toEqual([false, false]);
  } finally {
    process.kill(-rootPid, 'SIGKILL');
  }
});
