import type { Readable } from 'node:stream';
import { Problem } from './errors.ts';

/** The sender must not be silent for longer. */
const SILENCE_MS = 60_000;
/** Taken and thrown away after a refusal, so that senders who read no answer before the end of their body may get it. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARDING_MS = 30_000;

/**
 * A body in pieces, taken no faster than they are used. Throws `bad_request` when it breaks off or its sender is silent. Left before the
 * end, it is to be given to `discardBody`.
 */
export async function* receiveBody(body: Readable, silenceMs = SILENCE_MS): AsyncGenerator<Uint8Array> {
  const pieces = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(), silenceMs);
      const piece = await pieces
        .next()
        .catch(() => {
          throw new Problem('bad_request', 'The body broke off before its end.');
        })
        .finally(() => clearTimeout(timer));
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    await pieces.return?.();
  }
}

/** Reads on without keeping anything, within bounds, then ends the connection. */
export function discardBody(body: Readable): void {
  let discardedBytes = 0;
  const timer = setTimeout(() => body.destroy(), MAX_DISCARDING_MS).unref();
  body.on('data', (piece: Uint8Array) => {
    discardedBytes += piece.length;
    if (discardedBytes > MAX_DISCARDED_BYTES) body.destroy();
  });
  body.on('close', () => clearTimeout(timer));
  body.on('error', () => undefined);
}
