import { hash } from 'node:crypto';
import { and, inArray, isNull } from 'drizzle-orm';
import { Batcher } from './batcher.ts';
import type { Db } from './database.ts';
import { sources } from './schema.ts';

/** A source's row. */
export type SourceRow = typeof sources.$inferSelect;

export interface SourceLookupOptions {
  maxRuns: number;
  /** No other process uses the database: what was looked up can be remembered until it is changed here. */
  alone: boolean;
}

const TOKENS_PER_STATEMENT = 200;
const REMEMBERED = 10_000;

/**
 * Finds sources by token, of which only the SHA-256 is known. A deleted source is gone at once for every process: where others may
 * change it, each arrival is looked up, those that arrive together in one statement. Tokens of nobody are never remembered.
 */
export class SourceLookup {
  readonly #db: Db;
  readonly #alone: boolean;
  readonly #batcher: Batcher<string, SourceRow | null>;
  readonly #known = new Map<string, SourceRow>();
  /** Raised by every change, so that a look-up under way at that moment is not remembered. */
  #changes = 0;

  constructor(db: Db, { maxRuns, alone }: SourceLookupOptions) {
    this.#db = db;
    this.#alone = alone;
    const options = { maxItems: TOKENS_PER_STATEMENT, maxRuns, keysOf: () => [] };
    this.#batcher = new Batcher((digests) => this.#read(digests), options);
  }

  /** `null` for an unknown token, whatever it looks like. */
  async find(token: string): Promise<SourceRow | null> {
    const digest = hashOf(token).toString('hex');
    return this.#known.get(digest) ?? this.#batcher.add(digest);
  }

  /** To be called once a change is committed. */
  forget(): void {
    this.#changes++;
    this.#known.clear();
  }

  async #read(digests: string[]): Promise<(SourceRow | null)[]> {
    const before = this.#changes;
    const hashes = digests.map((digest) => Buffer.from(digest, 'hex'));
    const rows = await this.#db
      .select()
      .from(sources)
      .where(and(inArray(sources.tokenHash, hashes), isNull(sources.deletedAt)));
    const found = new Map(rows.map((row) => [Buffer.from(row.tokenHash).toString('hex'), row]));
    if (this.#alone && before === this.#changes) {
      if (this.#known.size > REMEMBERED) this.#known.clear();
      for (const [digest, row] of found) this.#known.set(digest, row);
    }
    return digests.map((digest) => found.get(digest) ?? null);
  }
}

/** What is kept of a token. */
export function hashOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
