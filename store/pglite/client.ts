import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';
import type { PgliteRequest, PgliteResponse } from './protocol.ts';

interface QueryOptions {
  rowMode?: 'array' | 'object';
}

interface QueryResult {
  rows: unknown[];
  affectedRows: number;
  rowCount: number;
}

/** What drizzle's PGlite driver calls on its client. */
export interface PgliteSession {
  query(sql: string, params?: unknown[], options?: QueryOptions): Promise<QueryResult>;
  exec(sql: string): Promise<void>;
}

/** A database error as Postgres reports it; `code` is the SQLSTATE. */
class PgliteError extends Error {
  override name = 'PgliteError';
}

/**
 * PGlite in a worker thread, in the shape of drizzle's client. One session, so one user at a time: a transaction holds the
 * lock and talks past it. Waiting calls are rejected when the thread ends.
 */
export class PgliteClient implements PgliteSession {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (r: QueryResult) => void; reject: (e: Error) => void }>();
  readonly #inTransaction = new AsyncLocalStorage<{ open: boolean }>();
  #nextId = 1;
  #lastTransaction: Promise<void> = Promise.resolve();
  #ended: Error | undefined;

  /** `dataDir` null keeps everything in memory. */
  constructor(dataDir: string | null) {
    // In the built package this file and the thread end in .js.
    const thread = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
    this.#worker = new Worker(thread, { workerData: { dataDir }, execArgv: [] });
    this.#worker.on('message', (response: PgliteResponse) => this.#settle(response));
    this.#worker.on('error', (error) => this.#end(error as Error));
    this.#worker.on('exit', () => this.#end(new Error('the embedded database has stopped')));
  }

  query(sql: string, params: unknown[] = [], options: QueryOptions = {}): Promise<QueryResult> {
    return this.#queued(() => this.#send('query', sql, params, options.rowMode ?? 'object'));
  }

  exec(sql: string): Promise<void> {
    return this.#queued(() => this.#execute(sql));
  }

  transaction<T>(run: (session: PgliteSession) => Promise<T>): Promise<T> {
    const session: PgliteSession = {
      query: (sql, params = [], options = {}) => this.#send('query', sql, params, options.rowMode ?? 'object'),
      exec: (sql) => this.#execute(sql),
    };
    return this.#locked(async () => {
      const transaction = { open: true };
      await session.exec('begin');
      try {
        const value = await this.#inTransaction.run(transaction, () => run(session));
        await session.exec('commit');
        return value;
      } catch (error) {
        await session.exec('rollback').catch(() => undefined);
        throw error;
      } finally {
        // Work that was started in here and goes on afterwards is free to use the database.
        transaction.open = false;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    await this.#locked(() => this.#send('close', '', [], 'object'));
    await this.#worker.terminate();
  }

  #execute(sql: string): Promise<void> {
    return this.#send('exec', sql, [], 'object').then(() => undefined);
  }

  /**
   * Sends behind the transactions that came before, without waiting for the answers of other single statements: the thread
   * takes them one by one, and would stand idle while each answer waits for its turn on a busy main thread.
   */
  #queued<T>(run: () => Promise<T>): Promise<T> {
    // The lock is held by the transaction this call comes from: it would wait for itself for ever.
    if (this.#inTransaction.getStore()?.open) {
      return Promise.reject(new Error('a query inside a transaction must use the transaction, not the database'));
    }
    return this.#lastTransaction.then(run);
  }

  /** As `#queued`, and what comes later waits for its end. */
  #locked<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queued(run);
    this.#lastTransaction = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  #send(method: PgliteRequest['method'], sql: string, params: unknown[], rowMode: 'array' | 'object') {
    return new Promise<QueryResult>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, sql, params, rowMode } satisfies PgliteRequest);
    });
  }

  #settle(response: PgliteResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (!waiting) return;
    if (response.ok) {
      waiting.resolve({
        rows: response.rows,
        affectedRows: response.affectedRows,
        rowCount: response.affectedRows || response.rows.length,
      });
    } else waiting.reject(Object.assign(new PgliteError(response.fault.message), response.fault));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
