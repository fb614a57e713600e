import type { Dispatcher } from 'undici';
import type { ExchangeErrorCode, ExchangeResult } from '../domain/delivery/types.ts';
import { describeError } from './exchange-error.ts';

/** Read and thrown away past what is kept, so that the connection of a somewhat long answer can be used again. */
const MAX_DISCARDED_BYTES = 131_072;

/**
 * One exchange as undici's dispatcher sees it: collects the answer, and settles once, by the end of the answer, an error
 * or the time limit, whichever is first. The limit is our own timer, as undici's signals do not act while a request is
 * queued or connecting.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (result: ExchangeResult) => void;
  readonly #maxBodyBytes: number;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  #body = new Uint8Array(0);
  #keptBytes = 0;
  #discardedBytes = 0;

  constructor(timeoutMs: number, maxBodyBytes: number, settle: (result: ExchangeResult) => void) {
    this.#settle = settle;
    this.#maxBodyBytes = maxBodyBytes;
    this.#timer = setTimeout(() => {
      this.#fail('timeout', `No complete answer came within ${timeoutMs} ms`);
      this.#abort();
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Throwing drops the request before a byte is written and leaves the new connection to the next one; aborting would close it.
    if (this.#settled) throw new Error('the time limit has passed');
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    for (const name in headers) {
      const value = headers[name];
      if (Array.isArray(value)) headers[name] = value.join(', ');
    }
    this.#headers = headers as Record<string, string>;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const keptBytes = Math.min(chunk.length, this.#maxBodyBytes - this.#keptBytes);
    if (keptBytes > 0) this.#keep(chunk.subarray(0, keptBytes));
    this.#discardedBytes += chunk.length - keptBytes;
    if (this.#discardedBytes > MAX_DISCARDED_BYTES) {
      this.#respond();
      this.#abort();
    }
  }

  onResponseEnd(): void {
    this.#respond();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const { code, message } = describeError(error);
    this.#fail(code, message);
  }

  /** Copies: a chunk is a view of the socket's whole read buffer, and an answer sent byte by byte would hold thousands. */
  #keep(chunk: Uint8Array): void {
    const neededBytes = this.#keptBytes + chunk.length;
    if (this.#body.length < neededBytes) {
      const capacityBytes = this.#keptBytes === 0 ? neededBytes : Math.min(this.#maxBodyBytes, neededBytes * 2);
      const grown = new Uint8Array(capacityBytes);
      grown.set(this.#body.subarray(0, this.#keptBytes));
      this.#body = grown;
    }
    this.#body.set(chunk, this.#keptBytes);
    this.#keptBytes = neededBytes;
  }

  #respond(): void {
    this.#finish({
      kind: 'response',
      status: this.#status,
      headers: this.#headers,
      body: this.#body.subarray(0, this.#keptBytes),
      bodyTruncated: this.#discardedBytes > 0,
      durationMs: this.#durationMs(),
    });
  }

  #fail(code: ExchangeErrorCode, message: string): void {
    this.#finish({ kind: 'error', code, message, durationMs: this.#durationMs() });
  }

  #finish(result: ExchangeResult): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#settle(result);
  }

  #abort(): void {
    this.#controller?.abort(new Error('the rest of the answer is not wanted'));
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}
