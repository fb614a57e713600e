import type { parseArgs } from 'node:util';
import { createApi } from '../api.ts';
import type { Environment } from '../config.ts';
import { findRunning } from '../target.ts';

/** A running Waybill that a command speaks to, and how it is to answer. */
export interface Remote {
  url: string;
  /** Id of the one that the command is about; asked for only when it is needed. */
  organization(): Promise<string>;
  /** Of a call that is made by hand. */
  headers(): Promise<Record<string, string>>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** Prints the answer itself with `--json`, else what `words` makes of it. */
  print<T>(answer: T, words: (answer: T) => string): void;
}

/** Thrown for arguments that are none; the message says what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that every command about a running Waybill takes. */
export const REMOTE_OPTIONS = {
  url: { type: 'string' },
  'admin-key-file': { type: 'string' },
  organization: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const REMOTE_USAGE = `
  --organization <id>      whose; not needed where there is only one
  --json                   print the API's answer as it is
  --url <url>              use the Waybill there, not the one of the configuration
  --admin-key-file <file>  its admin key (default: WAYBILL_ADMIN_KEY, else admin-key in the data folder)
`;

export type RemoteValues = ReturnType<typeof parseArgs<{ options: typeof REMOTE_OPTIONS }>>['values'];

interface Organization {
  id: string;
  name: string;
}

/** Finds the Waybill that runs. Throws when there is none that takes the key. */
export async function openRemote(values: RemoteValues, environment: Environment): Promise<Remote> {
  const target = await findRunning({ url: values.url, adminKeyFile: values['admin-key-file'] }, environment);
  if (!target) throw new Error('no Waybill runs at the configured address, or it does not take the admin key');
  const { url, adminKey } = target;
  const plain = createApi(url, adminKey);
  let known = values.organization;
  const findOnly = async (): Promise<string> => {
    const { data } = await plain.get<{ data: Organization[] }>('/v1/organizations?limit=2');
    const [only, another] = data;
    if (!only) throw new UsageError('there is no organization yet: waybill organizations create <name>');
    if (another) throw new UsageError('there are several organizations: name one with --organization <id>');
    return only.id;
  };
  const organization = async (): Promise<string> => {
    known ??= await findOnly();
    return known;
  };
  const scope = async () => ({ 'waybill-organization': await organization() });
  const api = async (path: string) => (isInstallation(path) ? plain : createApi(url, adminKey, await scope()));
  return {
    url,
    organization,
    headers: async () => ({ authorization: `Bearer ${adminKey}`, ...(await scope()) }),
    get: async (path) => (await api(path)).get(path),
    post: async (path, body) => (await api(path)).post(path, body),
    delete: async (path) => (await api(path)).delete(path),
    print(answer, words) {
      process.stdout.write(values.json ? `${JSON.stringify(answer)}\n` : words(answer));
    },
  };
}

/** Paths that name their organization themselves, or are about none. */
function isInstallation(path: string): boolean {
  return path.startsWith('/v1/organizations');
}
