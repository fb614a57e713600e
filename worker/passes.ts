/** Work that is done again and again, at a pace; two passes never overlap. */
export class Passes {
  readonly #pass: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  /** `pass` must not reject. */
  constructor(pass: () => Promise<void>, everyMs: number) {
    this.#pass = pass;
    this.#everyMs = everyMs;
  }

  /** A pass now, and from then on one every `everyMs`. */
  run(): void {
    this.#timer = setInterval(() => void this.next(), this.#everyMs);
    void this.next();
  }

  /** One more pass, after those that were begun or asked for before; resolves at its end. */
  next(): Promise<void> {
    this.#running = this.#running.then(this.#pass);
    return this.#running;
  }

  /** Begins no more by itself; resolves when the last has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
