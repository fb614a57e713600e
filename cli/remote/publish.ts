import { text } from 'node:stream/consumers';
import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

export const publish: RemoteCommand = {
  usage: `waybill publish <type> [--data <json>] [--dialect <dialect>] [--id <id>] [--to <endpoint>,…]

  --data <json>            the event's data; - reads it from standard input (default: {})
`,
  options: { data: { type: 'string' }, dialect: { type: 'string' }, id: { type: 'string' }, to: { type: 'string' } },
  async run(remote, [type, ...more], { data = '{}', dialect, id, to }) {
    if (type === undefined || more.length > 0) throw new UsageError('one event type is to be named');
    const event = {
      type,
      data: parseData(data === '-' ? await text(process.stdin) : String(data)),
      dialect,
      id,
      to: typeof to === 'string' ? to.split(',') : undefined,
    };
    const published = await remote.post<{ id: string; deliveryCount?: number }>('/v1/events', event);
    remote.print(published, (answer) => `${answer.id}\n`);
  },
};

function parseData(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`--data is not JSON: ${(error as Error).message}`);
  }
}
