import { textTable } from '../text-table.ts';
import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  revokedAt: string | null;
}

export const keys: RemoteCommand = {
  usage: `waybill keys
       waybill keys create <name> [--scopes publish,read,manage] [--dialect <dialect>]
       waybill keys revoke <id>
`,
  options: { scopes: { type: 'string' }, dialect: { type: 'string' } },
  async run(remote, [verb, subject, ...more], { scopes, dialect }) {
    const path = `/v1/organizations/${await remote.organization()}/api-keys`;
    if (verb === undefined) {
      const listed = await remote.get<{ data: ApiKey[] }>(`${path}?limit=100`);
      remote.print(listed, ({ data }) =>
        textTable(
          ['key', 'name', 'begins with', 'scopes', 'state'],
          data.map((key) => [key.id, key.name, key.prefix, key.scopes.join(','), key.revokedAt ? 'revoked' : 'valid']),
        ),
      );
    } else if (verb === 'create' && subject !== undefined && more.length === 0) {
      const wanted = typeof scopes === 'string' ? { scopes: scopes.split(',') } : {};
      const created = await remote.post<{ id: string; key: string }>(path, { name: subject, ...wanted, dialect });
      remote.print(created, ({ id, key }) => `${id}\nAPI key, shown only this once: ${key}\n`);
    } else if (verb === 'revoke' && subject !== undefined && more.length === 0) {
      await remote.delete(`${path}/${encodeURIComponent(subject)}`);
      remote.print({ id: subject, revoked: true }, ({ id }) => `${id} is revoked\n`);
    } else throw new UsageError(`${[verb, subject, ...more].join(' ')} is not something to do with keys`);
  },
};
