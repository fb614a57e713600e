interface Waiting<In, Out> {
  input: In;
  resolve: (value: Out) => void;
  reject: (error: unknown) => void;
}

export interface BatcherOptions<In> {
  /** Inputs in one run. */
  maxItems: number;
  /** Runs at the same time; 1 suits a database with one session, more suits a pool. */
  maxRuns: number;
  /** What an input claims for itself: two that share a key never run together, the later one waits. */
  keysOf(input: In): readonly string[];
  /** Before each run, with the number of inputs that go together. */
  onRun?: ((items: number) => void) | undefined;
}

/** A group that the database gave up to end a deadlock runs again this often: nothing of it was written. */
const MAX_DEADLOCKS = 5;

/**
 * Group commit: what arrives while a run is under way waits and goes together into the next. A lone call goes at once, so
 * batching costs no delay; the batch grows by itself with the load. `run` answers in the order of its inputs, and writes all
 * or nothing: a group that failed by one member's fault is run again, each alone.
 */
export class Batcher<In, Out> {
  readonly #run: (inputs: In[]) => Promise<Out[]>;
  readonly #options: BatcherOptions<In>;
  readonly #waiting: Waiting<In, Out>[] = [];
  /** Keys of the groups that are running. */
  readonly #taken = new Set<string>();
  #running = 0;

  constructor(run: (inputs: In[]) => Promise<Out[]>, options: BatcherOptions<In>) {
    this.#run = run;
    this.#options = options;
  }

  add(input: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      // Calls made in the same turn (100 members of a carrier) go together.
      queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    if (this.#running >= this.#options.maxRuns) return;
    const group = this.#take();
    if (group.length === 0) return;
    this.#running++;
    void this.#settle(group).finally(() => {
      this.#running--;
      for (const { input } of group) for (const key of this.#options.keysOf(input)) this.#taken.delete(key);
      this.#next();
    });
  }

  /** The next group; those that share a key with one that is running or before them stay first in line. */
  #take(): Waiting<In, Out>[] {
    const later: Waiting<In, Out>[] = [];
    const group = this.#waiting.splice(0, this.#options.maxItems).filter((w) => {
      const keys = this.#options.keysOf(w.input);
      const isFree = keys.every((key) => !this.#taken.has(key));
      if (isFree) for (const key of keys) this.#taken.add(key);
      else later.push(w);
      return isFree;
    });
    this.#waiting.unshift(...later);
    return group;
  }

  async #settle(group: Waiting<In, Out>[], deadlocks = 0): Promise<void> {
    this.#options.onRun?.(group.length);
    try {
      const outputs = await this.#run(group.map((w) => w.input));
      group.forEach((w, i) => {
        w.resolve(outputs[i] as Out);
      });
    } catch (error) {
      if (isDeadlock(error) && deadlocks < MAX_DEADLOCKS) return this.#settle(group, deadlocks + 1);
      // One bad member must not fail its neighbours: each goes alone.
      if (group.length === 1 || !isDataFault(error)) {
        for (const w of group) w.reject(error);
        return;
      }
      for (const w of group) await this.#settle([w]);
    }
  }
}

/** SQLSTATE classes 22 (data exception), 23 (constraint violation), 54 (a limit exceeded): the data is at fault. */
function isDataFault(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlStateOf(error));
}

/** Ended by the database in favour of another transaction: groups of two processes that meet in different order. */
function isDeadlock(error: unknown): boolean {
  return sqlStateOf(error) === '40P01';
}

function sqlStateOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? '';
}
