interface Waiting<In, Out> {
  input: In;
  resolve: (value: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit: what arrives while a run is under way waits and goes together into the next. A lone call goes at once, so
 * batching costs no delay; the batch grows by itself with the load. `run` answers in the order of its inputs.
 */
export class Batcher<In, Out> {
  readonly #run: (inputs: In[]) => Promise<Out[]>;
  readonly #maxItems: number;
  readonly #maxRuns: number;
  readonly #waiting: Waiting<In, Out>[] = [];
  #running = 0;

  /** `maxRuns`: runs at the same time; 1 suits a database with one session, more suits a pool. */
  constructor(run: (inputs: In[]) => Promise<Out[]>, options: { maxItems: number; maxRuns: number }) {
    this.#run = run;
    this.#maxItems = options.maxItems;
    this.#maxRuns = options.maxRuns;
  }

  add(input: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      // Calls made in the same turn (100 members of a carrier) go together.
      queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    if (this.#running >= this.#maxRuns || this.#waiting.length === 0) return;
    const group = this.#waiting.splice(0, this.#maxItems);
    this.#running++;
    void this.#settle(group).finally(() => {
      this.#running--;
      this.#next();
    });
  }

  async #settle(group: Waiting<In, Out>[]): Promise<void> {
    try {
      const outputs = await this.#run(group.map((w) => w.input));
      group.forEach((w, i) => {
        w.resolve(outputs[i] as Out);
      });
    } catch (error) {
      // One bad member must not fail its neighbours: each goes alone.
      if (group.length === 1 || !isDataFault(error)) {
        for (const w of group) w.reject(error);
        return;
      }
      for (const w of group) await this.#settle([w]);
    }
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): the data is at fault, not the database. */
function isDataFault(error: unknown): boolean {
  const code =
    (error as { code?: string; cause?: { code?: string } })?.cause?.code ?? (error as { code?: string })?.code;
  return code !== undefined && /^2[23]/.test(code);
}
