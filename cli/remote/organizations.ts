import { textTable } from '../text-table.ts';
import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

interface Organization {
  id: string;
  name: string;
  createdAt: string;
}

export const organizations: RemoteCommand = {
  usage: `waybill organizations
       waybill organizations create <name>
`,
  options: {},
  async run(remote, [verb, name, ...more]) {
    if (verb === undefined) {
      const listed = await remote.get<{ data: Organization[] }>('/v1/organizations?limit=100');
      remote.print(listed, ({ data }) =>
        textTable(
          ['organization', 'name', 'created'],
          data.map((one) => [one.id, one.name, one.createdAt]),
        ),
      );
    } else if (verb === 'create' && name !== undefined && more.length === 0) {
      const created = await remote.post<{ id: string; key: string }>('/v1/organizations', { name });
      remote.print(created, ({ id, key }) => `${id}\nAPI key, shown only this once: ${key}\n`);
    } else throw new UsageError(`${[verb, name, ...more].join(' ')} is not something to do with organizations`);
  },
};
