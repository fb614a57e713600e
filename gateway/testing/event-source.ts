/** One message of a stream, as browsers see it. */
export interface StreamMessage {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

/** A stream of server-sent events that is being read. */
export interface ReadStream {
  status: number;
  headers: Headers;
  messages: StreamMessage[];
  /** Of the last message, also of one without data. */
  lastId(): string | null;
  /** Whether the server has ended it. */
  isOver(): boolean;
  close(): void;
}

/** Reads a stream until it ends or is closed. */
export async function readStream(url: string, headers: Record<string, string>): Promise<ReadStream> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const messages: StreamMessage[] = [];
  let lastId: string | null = null;
  let isOver = false;

  function take(message: string): void {
    const fields = new Map(message.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data !== undefined)
      messages.push({ event: fields.get('event') ?? '', id: lastId ?? '', data: JSON.parse(data) });
  }

  async function read(): Promise<void> {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) take(part);
    }
  }
  read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    messages,
    lastId: () => lastId,
    isOver: () => isOver,
    close: () => stop.abort(),
  };
}
