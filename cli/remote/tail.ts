import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopSignal } from '../stop-signal.ts';
import { deliveryCells, type ListedDelivery } from './deliveries.ts';
import { type Remote, UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

const RECONNECT_MS = 1_000;

export const tail: RemoteCommand = {
  usage: `waybill tail [--endpoint <id>] [--status <status>] [--type <event type>]

Prints deliveries as they come and change, until Ctrl-C.
`,
  options: { endpoint: { type: 'string' }, status: { type: 'string' }, type: { type: 'string' } },
  async run(remote, args, { endpoint, status, type, json }) {
    if (args.length > 0) throw new UsageError(`${args.join(' ')} is too much`);
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ endpointId: endpoint, status, type })) {
      if (typeof value === 'string') query.set(name, value);
    }
    const stopping = stopSignal();
    const print = (one: ListedDelivery) =>
      process.stdout.write(json ? `${JSON.stringify(one)}\n` : `${deliveryCells(one).join('  ')}\n`);
    for (let lastId: string | null = null; !stopping.aborted; ) {
      lastId = await follow(remote, `${remote.url}/v1/deliveries/stream?${query}`, lastId, stopping, print);
      await sleep(RECONNECT_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  },
};

/** Reads the stream to its end, which may be a break of the connection; returns how far it came. */
async function follow(
  remote: Remote,
  url: string,
  lastId: string | null,
  stopping: AbortSignal,
  print: (one: ListedDelivery) => void,
): Promise<string | null> {
  let reached = lastId;
  try {
    const headers = { ...(await remote.headers()), ...(lastId ? { 'last-event-id': lastId } : {}) };
    const answer = await fetch(url, { headers, signal: stopping });
    if (answer.status !== 200 || !answer.body) throw new UsageError(`${answer.status}: ${await answer.text()}`);
    let event = '';
    // Lines of `field: value`, an empty one after each event. Source: HTML, "Server-sent events", 9.2.6.
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
      const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'id') reached = value;
      else if (field === 'event') event = value;
      else if (field === 'data' && event === 'delivery') print(JSON.parse(value));
      else if (line === '') event = '';
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // The connection broke, or a stop was asked for.
  }
  return reached;
}
