import type { FastifyReply } from 'fastify';

/** Server-sent events to one browser. */
export interface EventStream {
  send(event: { event?: string; id: string; data?: unknown }): void;
  comment(text: string): void;
  /** Ends the answer; the browser comes back by itself. */
  end(): void;
  /** Called once, however it ends. */
  onEnd(listener: () => void): void;
}

/** What may wait for a browser that does not read; it is cut off then, and comes back. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const COME_BACK_MS = 2_000;

/** Takes the answer over. The headers set so far go along. */
export function openEventStream(reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    // Proxies that collect answers before they pass them on would hold them for ever.
    'x-accel-buffering': 'no',
  } as Record<string, string>);
  const write = (text: string) => {
    if (raw.writableEnded || raw.destroyed) return;
    raw.write(text);
    if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy();
  };
  write(`retry: ${COME_BACK_MS}\n\n`);
  return {
    send({ event, id, data }) {
      const name = event === undefined ? '' : `event: ${event}\n`;
      // JSON has no line ends of its own.
      const body = data === undefined ? '' : `data: ${JSON.stringify(data)}\n`;
      write(`${name}id: ${id}\n${body}\n`);
    },
    comment: (text) => write(`: ${text}\n\n`),
    end: () => void raw.end(),
    // A browser may have gone before the answer began.
    onEnd: (listener) => (raw.closed ? listener() : void raw.once('close', listener)),
  };
}
