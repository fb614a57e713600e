/** What was found on this machine, without a judgement. */
export interface Facts {
  /** Without "v". */
  nodeVersion: string;
  /** `linux`, `darwin` …, as Node has it. */
  platform: string;
  /** Version of the C library; null where there is none, as on Alpine and macOS. */
  glibc: string | null;
  /** Why Temporal's native module cannot be loaded; null when it can. */
  nativeModuleError: string | null;
  /** One sentence each. */
  configFaults: readonly string[];
  dataDir: DataDirFacts;
  ports: readonly PortFacts[];
  temporal: TemporalFacts;
  /** Null while no `DATABASE_URL` is set. */
  database: { name: string; error: string | null } | null;
  /** Of the disk that the data folder lies on or will lie on. */
  freeDiskBytes: number;
  freeMemoryBytes: number;
  /** Files with keys that exist; `mode` holds the permission bits. */
  keyFiles: readonly { path: string; mode: number }[];
}

/** `held`: a running Waybill has it. */
export interface DataDirFacts {
  path: string;
  state: 'usable' | 'held' | 'unusable';
  /** The lock's own words, where it is not usable. */
  error: string | null;
}

export interface PortFacts {
  port: number;
  purpose: string;
  variable: string;
  isFree: boolean;
}

/** In the order in which a start looks for one. */
export type TemporalFacts =
  | { way: 'address'; address: string; error: string | null }
  | { way: 'installed'; executable: string; serverVersion: string }
  | { way: 'to_build' }
  | { way: 'none'; error: string };
