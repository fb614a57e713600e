import type { Facts, PortFacts, TemporalFacts } from './facts.ts';

/** One line of the doctor's. A problem keeps Waybill from starting, a warning does not. */
export interface Finding {
  verdict: 'ok' | 'warning' | 'problem';
  what: string;
  /** Null where nothing is to be done. */
  remedy: string | null;
}

const MIB = 1024 ** 2;
/** As `engines` in package.json. */
const OLDEST_NODE = [22, 19] as const;
/** Oldest C library with the symbols that the native module of Temporal's SDK 1.24 wants (linux-x64, by objdump). */
const OLDEST_GLIBC = [2, 18] as const;
/** Waybill and its Temporal with some load, all processes. */
const MEMORY_WANTED_BYTES = 1_200 * MIB;
const MEMORY_NEEDED_BYTES = 300 * MIB;
const DISK_WANTED_BYTES = 2_048 * MIB;
const DISK_NEEDED_BYTES = 200 * MIB;
/** Go's caches while it builds a Temporal server. */
const DISK_FOR_BUILD_BYTES = 4_096 * MIB;

const ok = (what: string): Finding => ({ verdict: 'ok', what, remedy: null });
const warning = (what: string, remedy: string): Finding => ({ verdict: 'warning', what, remedy });
const problem = (what: string, remedy: string): Finding => ({ verdict: 'problem', what, remedy });

/** What the facts mean for a start of Waybill, in the order in which to mend it. */
export function judge(facts: Facts): Finding[] {
  return [
    judgeNode(facts.nodeVersion),
    judgeNativeModule(facts),
    ...judgeConfig(facts.configFaults),
    judgeDataDir(facts),
    ...facts.keyFiles.map(judgeKeyFile),
    ...facts.ports.map((port) => judgePort(port, facts.dataDir.state === 'held')),
    judgeTemporal(facts.temporal),
    ...(facts.database ? [judgeDatabase(facts.database)] : []),
    judgeDisk(facts.freeDiskBytes, facts.temporal.way === 'to_build'),
    judgeMemory(facts.freeMemoryBytes, facts.dataDir.state === 'held'),
  ];
}

function judgeNode(version: string): Finding {
  return isAtLeast(version, OLDEST_NODE)
    ? ok(`Node ${version}`)
    : problem(
        `Node ${version} is too old`,
        `install Node ${OLDEST_NODE.join('.')} or newer, best 24: https://nodejs.org`,
      );
}

function judgeNativeModule({ nativeModuleError, platform, glibc }: Facts): Finding {
  const system = glibc === null ? platform : `${platform} with glibc ${glibc}`;
  if (nativeModuleError === null) return ok(`Temporal's native module loads on ${system}`);
  const what = `Temporal's native module cannot be loaded on ${system}: ${nativeModuleError}`;
  if (platform === 'linux' && (glibc === null || !isAtLeast(glibc, OLDEST_GLIBC))) {
    return problem(
      what,
      `it needs glibc ${OLDEST_GLIBC.join('.')} or newer: use Debian, Ubuntu or the like, not Alpine`,
    );
  }
  return problem(what, 'run npm ci again on this machine, with this Node');
}

function judgeConfig(faults: readonly string[]): Finding[] {
  if (faults.length === 0) return [ok('the environment can be used')];
  return faults.map((fault) => problem(fault, 'npm run --silent waybill config lists every variable'));
}

function judgeDataDir({ dataDir }: Facts): Finding {
  if (dataDir.state === 'usable') return ok(`the data folder ${dataDir.path} can be written`);
  if (dataDir.state === 'held') return ok(`a Waybill is running here: ${dataDir.error}`);
  return problem(`${dataDir.error}`, 'set WAYBILL_DATA_DIR to a folder that this user can write');
}

function judgeKeyFile({ path, mode }: Facts['keyFiles'][number]): Finding {
  if ((mode & 0o077) === 0) return ok(`${path} can be read by its owner only`);
  return warning(`${path} can be read by others (mode ${mode.toString(8)})`, `chmod 600 '${path}'`);
}

function judgePort({ port, purpose, variable, isFree }: PortFacts, hasRunningWaybill: boolean): Finding {
  if (isFree) return ok(`port ${port} for ${purpose} is free`);
  if (hasRunningWaybill) return ok(`port ${port} for ${purpose} is in use while Waybill runs`);
  return problem(`port ${port} for ${purpose} is taken`, `end what listens there, or set ${variable} to another port`);
}

function judgeTemporal(temporal: TemporalFacts): Finding {
  switch (temporal.way) {
    case 'address':
      return temporal.error === null
        ? ok(`Temporal at ${temporal.address} (TEMPORAL_ADDRESS) answers`)
        : problem(
            `TEMPORAL_ADDRESS: ${temporal.error}`,
            'start it, correct the address, or unset the variable: then Waybill starts a Temporal of its own',
          );
    case 'installed':
      return ok(`Temporal server ${temporal.serverVersion} in ${temporal.executable}`);
    case 'to_build':
      return warning(
        'there is no Temporal server yet: the first start builds one with Go, which takes minutes',
        'to save them, install the Temporal CLI: https://docs.temporal.io/cli/setup-cli',
      );
    case 'none':
      return problem('there is no Temporal server, nor Go to build one', temporal.error);
  }
}

function judgeDatabase({ name, error }: { name: string; error: string | null }): Finding {
  if (error === null) return ok(`the database ${name} (DATABASE_URL) answers`);
  return problem(
    `the database ${name} (DATABASE_URL) cannot be used: ${error}`,
    'start it, correct the variable, or unset it: then Waybill keeps its data in the data folder',
  );
}

function judgeDisk(freeBytes: number, needsBuild: boolean): Finding {
  const what = `${inMib(freeBytes)} of disk are free`;
  if (freeBytes < DISK_NEEDED_BYTES) return problem(what, `free at least ${inMib(DISK_WANTED_BYTES)}`);
  const wanted = needsBuild ? DISK_FOR_BUILD_BYTES : DISK_WANTED_BYTES;
  return freeBytes < wanted ? warning(what, `free at least ${inMib(wanted)}`) : ok(what);
}

function judgeMemory(freeBytes: number, hasRunningWaybill: boolean): Finding {
  const what = `${inMib(freeBytes)} of memory are free`;
  if (hasRunningWaybill || freeBytes >= MEMORY_WANTED_BYTES) return ok(what);
  const remedy = `Waybill with its Temporal takes up to ${inMib(MEMORY_WANTED_BYTES)}: end other programs or add memory`;
  return freeBytes < MEMORY_NEEDED_BYTES ? problem(what, remedy) : warning(what, remedy);
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
