import { z } from 'zod';
import { parseAllowNetworks } from '../outbound/address-guard.ts';

/** One environment variable: how its text is read, and what the documentation says about it. */
export interface ConfigRow<Schema extends z.ZodType = z.ZodType> {
  variable: string;
  /** From the variable's text to the value; each message completes "<variable> …". */
  schema: Schema;
  /** Text that stands in for a variable that is absent or empty; without one the value is `undefined`. */
  default?: string;
  /** In place of `default` while `DATABASE_URL` is set: an installation, not a trial on one machine. */
  defaultWithDatabase?: string;
  /** For the documentation: what happens without a value, where there is no default. */
  whenAbsent?: string;
  description: string;
  /** Its value is never shown, not even in a fault. */
  secret: boolean;
}

const row = <const Row extends Omit<ConfigRow, 'secret'> & { secret?: boolean }>(spec: Row) => ({
  secret: false,
  ...spec,
});

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

function integer(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error: rule, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule);
}

const port = integer(0, 65_535);

// Checked as text: Buffer skips what is not base64, and would make a weak key of a pass phrase.
const secretKey = z
  .string()
  .regex(/^[0-9a-f]{64}$|^[\w+/-]{43}=?$/i, 'must be 32 bytes in base64 or hex (openssl rand -base64 32)')
  .transform((text) => new Uint8Array(Buffer.from(text, text.length === 64 ? 'hex' : 'base64')));

const allowNetworks = z.string().transform((text, context) => {
  const { networks, faults } = parseAllowNetworks(text);
  for (const fault of faults) context.addIssue({ code: 'custom', message: `has a wrong entry: ${fault}` });
  return networks;
});

const WEB_URL_RULE = 'must be an http or https URL without user name, query or fragment';
const webUrl = z
  .url({ protocol: /^https?$/, error: WEB_URL_RULE, abort: true })
  .refine((text) => !/[?#@]/.test(text), WEB_URL_RULE)
  .transform((text) => text.replace(/\/+$/, ''));

/** Origins as a Content-Security-Policy takes them; exact ones only, since what may frame the portal may deceive its user. */
const origins = z.string().transform((text, context) => {
  const parts = text === 'none' ? [] : text.split(',').map((part) => part.trim());
  for (const part of parts) {
    if (/^https?:/.test(part) && URL.parse(part)?.origin === part) continue;
    const rule = `has a wrong entry: ${part} is no origin such as https://app.example.com, without a path`;
    context.addIssue({ code: 'custom', message: rule });
  }
  return parts;
});

/** Every variable that Waybill reads itself, by its name in the configuration, in the order of the documentation. */
export const CONFIG_TABLE = {
  host: row({
    variable: 'WAYBILL_HOST',
    schema: z.string(),
    default: '127.0.0.1',
    description: 'Address that the gateway listens on. `0.0.0.0` listens on all.',
  }),
  port: row({
    variable: 'WAYBILL_PORT',
    schema: port,
    default: '8420',
    description: 'Port of the gateway. `0` takes any free one.',
  }),
  publicUrl: row({
    variable: 'WAYBILL_PUBLIC_URL',
    schema: webUrl,
    whenAbsent: 'the address that the gateway listens on',
    description:
      'Address by which people and other systems reach the gateway, such as `https://hooks.example.com`: links that Waybill hands out begin with it.',
  }),
  portalFrameAncestors: row({
    variable: 'WAYBILL_PORTAL_FRAME_ANCESTORS',
    schema: origins,
    default: 'none',
    description:
      'Origins whose pages may show the portal in a frame, separated by commas, such as `https://app.example.com`. With any of them the portal needs HTTPS, since browsers take the cookie of its sessions only so.',
  }),
  dataDir: row({
    variable: 'WAYBILL_DATA_DIR',
    schema: z.string(),
    default: '.waybill',
    description: 'Folder of the embedded database, generated keys and the Temporal server that Waybill starts.',
  }),
  adminKey: row({
    variable: 'WAYBILL_ADMIN_KEY',
    schema: z.string().regex(/^[\x21-\x7e]{16,}$/, 'must have 16 characters or more, ASCII without spaces'),
    whenAbsent: 'generated into the data folder',
    description: 'Admin key of the installation, sent as a bearer token.',
    secret: true,
  }),
  secretKey: row({
    variable: 'WAYBILL_SECRET_KEY',
    schema: secretKey,
    whenAbsent: 'generated into the data folder',
    description:
      'Key that secrets in the store are encrypted with: 32 bytes in base64 or hex. All processes need the same one.',
    secret: true,
  }),
  secondSecretKey: row({
    variable: 'WAYBILL_SECOND_SECRET_KEY',
    schema: secretKey,
    whenAbsent: 'none',
    description:
      'Another key that secrets in the store may be encrypted with, while the key is being changed: `waybill rotate-secret-key` encrypts all anew with the first.',
    secret: true,
  }),
  databaseUrl: row({
    variable: 'DATABASE_URL',
    schema: z.url({
      protocol: /^postgres(ql)?$/,
      error: 'must begin with postgres:// or postgresql:// and name a database',
    }),
    whenAbsent: 'the embedded database in the data folder',
    description: 'Postgres that holds events and deliveries.',
    secret: true,
  }),
  allowNetworks: row({
    variable: 'WAYBILL_ALLOW_NETWORKS',
    schema: allowNetworks,
    default: 'loopback',
    defaultWithDatabase: 'none',
    description:
      'Networks besides the public ones that endpoints may lie in, and the only ones that plain HTTP may go to: CIDRs separated by commas, and the words `loopback` (127.0.0.0/8, ::1/128) and `none`.',
  }),
  deliveriesPerWorkflow: row({
    variable: 'WAYBILL_DELIVERIES_PER_WORKFLOW',
    schema: integer(1, 100),
    default: '100',
    description: 'Deliveries that one workflow carries at most under pressure. `1` gives each its own workflow always.',
  }),
  datasetMaxMib: row({
    variable: 'WAYBILL_DATASET_MAX_MIB',
    schema: integer(1, 1_048_576),
    default: '5120',
    description: 'Largest dataset that may be sent for an export, in MiB.',
  }),
  retentionDays: row({
    variable: 'WAYBILL_RETENTION_DAYS',
    schema: integer(1, 36_500),
    default: '90',
    description:
      'Days after which events, deliveries, attempts, validations and logs are deleted; nothing that is still pending is.',
  }),
  idempotencyDays: row({
    variable: 'WAYBILL_IDEMPOTENCY_DAYS',
    schema: integer(1, 36_500),
    default: '30',
    description:
      'Days in which a repeated `Idempotency-Key` is known again; at most as long as the event is kept. An `id` is known as long as its event is.',
  }),
  timeScale: row({
    variable: 'WAYBILL_TIME_SCALE',
    schema: z
      .string()
      .regex(/^\d*\.?\d+$/, { error: 'must be a number above 0', abort: true })
      .transform(Number)
      .refine((value) => value > 0, 'must be a number above 0'),
    default: '1',
    description:
      'Multiplies retry delays, windows and overlaps, for demos and tests: with `0.001` an hour takes 3.6 seconds.',
  }),
  logLevel: row({
    variable: 'WAYBILL_LOG_LEVEL',
    schema: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }),
    default: 'info',
    description: `Least level that is logged: ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.`,
  }),
  temporalAddress: row({
    variable: 'TEMPORAL_ADDRESS',
    schema: z.string().regex(/^[^\s/:]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i, 'must be host:port, without http://'),
    whenAbsent: 'Waybill starts a Temporal server of its own',
    description: 'Frontend of the Temporal cluster, as host:port.',
  }),
  temporalNamespace: row({
    variable: 'TEMPORAL_NAMESPACE',
    schema: z.string(),
    default: 'waybill',
    description: 'Temporal namespace that Waybill works in.',
  }),
  temporalPort: row({
    variable: 'WAYBILL_TEMPORAL_PORT',
    schema: port,
    default: '7233',
    description: 'Port of the Temporal server that Waybill starts. `0` takes any free one.',
  }),
  temporalUiPort: row({
    variable: 'WAYBILL_TEMPORAL_UI_PORT',
    schema: port,
    default: '8233',
    description: "Port of that server's UI. `0` takes any free one.",
  }),
  temporalUiUrl: row({
    variable: 'WAYBILL_TEMPORAL_UI_URL',
    schema: webUrl,
    whenAbsent: 'that of the server Waybill starts itself; none with `TEMPORAL_ADDRESS`',
    description: "Address of Temporal's web UI; deliveries link to their workflows there.",
  }),
  temporalRetentionDays: row({
    variable: 'WAYBILL_TEMPORAL_RETENTION_DAYS',
    schema: integer(1, 3_650),
    default: '7',
    description: 'Days that Temporal keeps the history of a closed workflow. Events and deliveries stay in the store.',
  }),
};

type Table = typeof CONFIG_TABLE;

/** The configuration as the processes are given it; see `CONFIG_TABLE` for the meaning of each value. */
export type Config = {
  [Name in keyof Table]: Table[Name] extends { default: string }
    ? z.output<Table[Name]['schema']>
    : z.output<Table[Name]['schema']> | undefined;
};
