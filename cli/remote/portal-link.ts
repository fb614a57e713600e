import { UsageError } from './remote.ts';
import type { RemoteCommand } from './run.ts';

export const portalLink: RemoteCommand = {
  usage: `waybill portal-link [--read-only]

  --read-only              the portal may be looked at, and nothing changed
`,
  options: { 'read-only': { type: 'boolean', default: false } },
  async run(remote, args, { 'read-only': readOnly }) {
    if (args.length > 0) throw new UsageError(`${args.join(' ')} is too much`);
    const link = await remote.post<{ url: string; expiresAt: string }>(
      `/v1/organizations/${await remote.organization()}/portal-links`,
      { readOnly },
    );
    remote.print(link, ({ url, expiresAt }) => `${url}\nworks once, until ${expiresAt}\n`);
  },
};
