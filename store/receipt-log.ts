import type { Db } from './database.ts';
import { newId } from './ids.ts';
import {
  insertReceipts,
  kindOf,
  listReceipts,
  type Receipt,
  type ReceiptKind,
  type ReceiptPage,
  type StoredReceipt,
  trimReceipts,
} from './receipt-table.ts';

export type ReceiptLog = ReturnType<typeof createReceiptLog>;

/** Time between two writes, in milliseconds; whoever reads the log has what waits written at once. */
const WRITE_EVERY_MS = 500;
/** Refused arrivals of one source that one write lists; the rest of its half second is counted. */
const MAX_REFUSED_PER_WRITE = 100;
/** Receipts in memory, should the database be slower than the arrivals; what comes on top is counted. */
const MAX_WAITING = 10_000;
const ROWS_PER_STATEMENT = 1_000;
/** Newest receipts kept of a source: a flood of forged requests must not push out what was accepted. */
const KEPT: Record<ReceiptKind, number> = { admitted: 10_000, refused: 1_000 };
/** Receipts of a source and kind that are written between two looks for surplus ones. */
const TRIM_EVERY = 500;

/**
 * The sources' logs. Receipts are written some after the answer and many together, so that no arrival waits for the log; a crash
 * loses its last half second, never an event. Memory, writes and rows are bounded for each source, whatever strangers send.
 */
export function createReceiptLog(
  db: Db,
  options: { onWritten: (rows: number) => void; onFault: (error: unknown) => void },
) {
  let waiting: Receipt[] = [];
  /** By source, since the last write. */
  let refused = new Map<string, number>();
  let unlogged = new Map<string, number>();
  /** By kind and source, since the last trim. */
  const written = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  function add(receipt: Omit<Receipt, 'id'>): void {
    const { sourceId, outcome } = receipt;
    const isRefused = kindOf(outcome) === 'refused';
    const isTooMany =
      waiting.length >= MAX_WAITING || (isRefused && countOf(refused, sourceId) >= MAX_REFUSED_PER_WRITE);
    if (isTooMany) raise(unlogged, sourceId);
    else waiting.push({ ...receipt, id: newId('rcp') });
    if (isRefused) raise(refused, sourceId);
    writeSoon();
  }

  function writeSoon(): void {
    timer ??= setTimeout(() => void flush(), WRITE_EVERY_MS).unref();
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  async function write(): Promise<void> {
    const receipts = [...waiting, ...[...unlogged].map(([sourceId, count]) => unloggedReceipt(sourceId, count))];
    waiting = [];
    refused = new Map();
    unlogged = new Map();
    try {
      while (receipts.length > 0) {
        const group = receipts.slice(0, ROWS_PER_STATEMENT);
        await insertReceipts(db, group);
        receipts.splice(0, group.length);
        options.onWritten(group.length);
        await trim(group);
      }
    } catch (error) {
      // Tried again with the next write.
      waiting = [...receipts, ...waiting];
      if (waiting.length > 0) writeSoon();
      options.onFault(error);
    }
  }

  async function trim(group: readonly Receipt[]): Promise<void> {
    for (const { sourceId, outcome } of group) {
      const kind = kindOf(outcome);
      const key = `${kind} ${sourceId}`;
      if (raise(written, key) < TRIM_EVERY) continue;
      written.delete(key);
      await trimReceipts(db, sourceId, kind, KEPT[kind]);
    }
  }

  return {
    /** Notes an arrival; it is written within half a second. */
    add,

    /** Newest first; what waits in this process is written before. */
    async list(organizationId: string, sourceId: string, page: ReceiptPage): Promise<StoredReceipt[]> {
      await flush();
      return listReceipts(db, organizationId, sourceId, page);
    },

    /** Deletes the log of a source that was deleted. */
    async purge(sourceId: string): Promise<void> {
      await flush();
      for (const kind of ['admitted', 'refused'] as const) await trimReceipts(db, sourceId, kind, 0);
    },

    /** Writes what waits. */
    close: flush,
  };
}

function countOf(counts: ReadonlyMap<string, number>, key: string): number {
  return counts.get(key) ?? 0;
}

function raise(counts: Map<string, number>, key: string): number {
  const count = countOf(counts, key) + 1;
  counts.set(key, count);
  return count;
}

function unloggedReceipt(sourceId: string, count: number): Receipt {
  return {
    id: newId('rcp'),
    sourceId,
    outcome: 'unlogged',
    reason: `${count} more arrived in the same moment and are not listed one by one`,
    sourceEventId: null,
    eventId: null,
    bodyBytes: 0,
    receivedAt: new Date().toISOString(),
  };
}
