/** Messages between the main thread and the thread that holds PGlite. */

export interface PgliteRequest {
  id: number;
  method: 'query' | 'exec' | 'close';
  sql: string;
  params: unknown[];
  rowMode: 'array' | 'object';
}

/** Errors cross as plain values; `code` and `constraint` are Postgres's own. */
export interface PgliteFault {
  message: string;
  code?: string;
  detail?: string;
  constraint?: string;
  table?: string;
}

export type PgliteResponse =
  | { id: number; ok: true; rows: unknown[]; affectedRows: number }
  | { id: number; ok: false; fault: PgliteFault };
