import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks of /proc/<pid>/stat: USER_HZ, 100 a second on every Linux that Node runs on. */
const MS_PER_TICK = 10;
const BYTES_PER_KB = 1024;
const BYTES_PER_MB = 1_000_000;

/** One process as /proc/<pid>/stat shows it. `startTicks` tells a process from a later one with the same pid. */
export interface ProcessStat {
  pid: number;
  parentPid: number;
  processGroup: number;
  startTicks: number;
  cpuMs: number;
}

/** Whether `one` still runs, rather than another process under its pid. One that has ended unreaped does not run. */
export function isAlive(one: ProcessStat): boolean {
  const line = readIfAlive(`/proc/${one.pid}/stat`);
  return line !== '' && !isZombie(line) && parseProcessStat(line).startTicks === one.startTicks;
}

/** Reads a line of /proc/<pid>/stat (proc_pid_stat(5)); the command name in it may hold spaces and brackets. */
export function parseProcessStat(line: string): ProcessStat {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number): number => fields[number - 3] ?? 0;
  return {
    pid: Number.parseInt(line, 10),
    parentPid: field(4),
    processGroup: field(5),
    startTicks: field(22),
    cpuMs: (field(14) + field(15)) * MS_PER_TICK,
  };
}

/** The living process `rootPid`, everything descended from it, and everything in its group; empty without /proc. */
export function readProcessTree(rootPid: number): ProcessStat[] {
  const everyone = readAllProcesses();
  const members = new Map(
    everyone
      .filter(({ pid, processGroup }) => pid === rootPid || processGroup === rootPid)
      .map((one) => [one.pid, one]),
  );
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const one of everyone) if (members.has(one.parentPid)) members.set(one.pid, one);
  }
  return [...members.values()];
}

/** CPU that the processes in `after` used since `before`; a process that was not there before counts from its start. */
export function cpuMsBetween(before: readonly ProcessStat[], after: readonly ProcessStat[]): number {
  const earlierMs = new Map(before.map((one) => [`${one.pid} ${one.startTicks}`, one.cpuMs]));
  return after.reduce((sum, one) => sum + one.cpuMs - (earlierMs.get(`${one.pid} ${one.startTicks}`) ?? 0), 0);
}

/**
 * Resident memory of all `processes` together, in MB of 1,000,000 bytes; `null` when none can be read. Proportional
 * (shared pages counted once) where the kernel tells, else the plain resident size.
 */
export function residentMb(processes: readonly ProcessStat[]): number | null {
  const sizesKb = processes.map(({ pid }) => residentKb(pid)).filter((kb) => kb !== null);
  if (sizesKb.length === 0) return null;
  return (sizesKb.reduce((sum, kb) => sum + kb, 0) * BYTES_PER_KB) / BYTES_PER_MB;
}

function residentKb(pid: number): number | null {
  const found =
    /^Pss:\s+(\d+) kB/m.exec(readIfAlive(`/proc/${pid}/smaps_rollup`)) ??
    /^VmRSS:\s+(\d+) kB/m.exec(readIfAlive(`/proc/${pid}/status`));
  return found ? Number(found[1]) : null;
}

function readAllProcesses(): ProcessStat[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return []; // not Linux: the bench then reports neither CPU nor memory
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readIfAlive(`/proc/${pid}/stat`))
    .filter((line) => line !== '' && !isZombie(line))
    .map(parseProcessStat);
}

function isZombie(statLine: string): boolean {
  return statLine.startsWith('Z', statLine.lastIndexOf(')') + 2);
}

/** Empty when the process ended between listing and reading, or may not be read. */
function readIfAlive(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
