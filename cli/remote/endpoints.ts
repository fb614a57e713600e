import { textTable } from '../text-table.ts';
import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

interface Endpoint {
  id: string;
  dialect: string;
  destination: string;
  url: string;
  eventTypes: string[] | null;
  disabledAt: string | null;
}

/** What may be done to one, with how it is told. */
const CHANGES: Readonly<Record<string, string>> = { enable: 'enabled', disable: 'disabled', test: 'sent a test event' };

export const endpoints: RemoteCommand = {
  usage: `waybill endpoints
       waybill endpoints create <url> [--dialect <dialect>] [--types order.created,order.paid]
       waybill endpoints enable|disable|test|delete <id>
`,
  options: { dialect: { type: 'string' }, types: { type: 'string' } },
  async run(remote, [verb, subject = '', ...more], { dialect, types }) {
    const path = `/v1/endpoints/${encodeURIComponent(subject)}`;
    const isWhole = subject !== '' && more.length === 0;
    if (verb === undefined) {
      const listed = await remote.get<{ data: Endpoint[] }>('/v1/endpoints?limit=100');
      remote.print(listed, ({ data }) =>
        textTable(
          ['endpoint', 'kind', 'state', 'types', 'address'],
          data.map((one) => [
            one.id,
            one.destination === 'webhook' ? one.dialect : one.destination,
            one.disabledAt ? 'disabled' : 'enabled',
            one.eventTypes?.join(',') ?? 'all',
            one.url,
          ]),
        ),
      );
    } else if (verb === 'create' && isWhole) {
      const eventTypes = typeof types === 'string' ? types.split(',') : undefined;
      const created = await remote.post<{ id: string; secret: string }>('/v1/endpoints', {
        url: subject,
        dialect,
        eventTypes,
      });
      remote.print(created, ({ id, secret }) => `${id}\nsecret, shown only this once: ${secret}\n`);
    } else if (verb === 'delete' && isWhole) {
      await remote.delete(path);
      remote.print({ id: subject, deleted: true }, ({ id }) => `${id} is deleted\n`);
    } else if (Object.hasOwn(CHANGES, verb) && isWhole) {
      const answer = await remote.post(`${path}/${verb}`, {});
      remote.print(answer, () => `${subject} is ${CHANGES[verb]}\n`);
    } else throw new UsageError(`${[verb, subject, ...more].join(' ').trim()} is not something to do with endpoints`);
  },
};
