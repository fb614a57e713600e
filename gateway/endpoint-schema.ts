import { z } from 'zod';
import { MASK } from '../domain/delivery/mask.ts';
import { ANY_DIALECT, checkEventTypePattern } from '../domain/delivery/match-endpoint.ts';
import { ACKNOWLEDGED_CONCURRENCY, ACKNOWLEDGED_TIMEOUT_MS } from '../domain/delivery/retry-policy.ts';
import { configSchema } from '../domain/destinations/config-schema.ts';
import { maskedConfig } from '../domain/destinations/config-secrets.ts';
import { NATIVE_KINDS } from '../domain/destinations/destination.ts';
import { DESTINATIONS } from '../domain/destinations/destinations.ts';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';
import type { Endpoint as StoredEndpoint } from '../store/endpoints.ts';
import { AutoExportOption } from './auto-export.ts';
import { line, lines, oneLine, shownInstant, wholeText } from './fields.ts';
import { EndpointFilter, EndpointTemplates, endpointFilter, endpointTemplates } from './filter-schema.ts';

const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

const eventTypePattern = z.string().superRefine((pattern, ctx) => {
  const rule = checkEventTypePattern(pattern);
  if (rule !== undefined) ctx.addIssue({ code: 'custom', message: rule });
});

const FIELDS_OF = DESTINATIONS.map(({ title, fields }) => ({ ...z.toJSONSchema(configSchema(fields)), title }));

/** Checked by the fields of its destination, see `checkConfig`. */
export const destinationConfig = z.record(z.string(), z.unknown()).meta({
  description: 'Of a native destination: its fields, as `GET /v1/destinations` describes them.',
  ...(FIELDS_OF.length > 0 && { anyOf: FIELDS_OF }),
});

export const endpointDialect = z.enum([ANY_DIALECT, ...DIALECT_NAMES]);
export const endpointUrl = wholeText(2_048).min(1);
/** How an endpoint signs, at creation and rotation. */
export const secretSettings = {
  secret: z.string().min(1).max(512).optional().meta({ description: 'Default: a fresh one.' }),
  signature: z
    .enum(['hmac', 'ed25519'])
    .optional()
    .meta({ description: '`ed25519` (standard only): receivers verify by a public key.' }),
};
const headerList = z.array(z.strictObject({ name: z.string().min(1).max(256), value: z.string().max(8_192) })).max(100);
const optionName = line(64);
/** Text, numbers, switches; only an export is ordered by more. */
const endpointOptions = z
  .object({ autoExport: AutoExportOption.optional() })
  .catchall(z.union([lines(1_024), z.number(), z.boolean()]))
  .superRefine((options, ctx) => {
    for (const name of Object.keys(options)) {
      const rule = optionName.safeParse(name).error?.issues[0]?.message;
      if (rule !== undefined) ctx.addIssue({ code: 'custom', message: `the name of an option ${rule}` });
    }
  });

const basicAuth = z
  .strictObject({
    // RFC 7617, section 2: the colon ends the user name, and neither part may hold control characters.
    username: wholeText(256).regex(/^[^:\p{Cc}]*$/u, 'must not contain a colon or control characters'),
    password: oneLine(1_024),
  })
  .meta({ id: 'BasicAuth' });

const failureShare = z.number().min(0).max(1).nullish();

/** What creation and change share. Null or absent: the dialect's own way. */
export const endpointSettings = {
  description: lines(1_024).optional(),
  eventTypes: z
    .array(eventTypePattern)
    .min(1)
    .max(100)
    .nullish()
    .meta({ description: 'Names and patterns (`job.*`, `flexorch:job.*`, `*`); null: every type.' }),
  presenceName: line(256).nullish().meta({ description: 'Events of this presence match too.' }),
  userId: line(256).nullish().meta({ description: 'Only events of this user, and those that name none.' }),
  filter: endpointFilter.nullish().meta({ description: 'Conditions on what an event says; null: none.' }),
  templates: endpointTemplates.nullish().meta({
    description: "Of native destinations: Liquid templates for what messages say; null: the events' own words.",
  }),
  options: endpointOptions.optional().meta({ description: 'Settings that only this dialect knows.' }),
  headers: headerList.optional().meta({ description: "Sent along with the dialect's own." }),
  basicAuth: basicAuth.nullish().meta({ description: 'Sent as `Authorization: Basic …`.' }),
  retryDelaysMs: z
    .array(z.int().min(0).max(SEVEN_DAYS_MS))
    .max(30)
    .nullish()
    .meta({ description: 'Waits before the second, third … attempt; empty: never retried.' }),
  timeoutMs: z
    .int()
    .min(1_000)
    .max(30_000)
    .nullish()
    .meta({
      description: `Milliseconds to the last byte of the answer. Default: the dialect's; ${ACKNOWLEDGED_TIMEOUT_MS} with \`acknowledge\`.`,
    }),
  maxConcurrency: z
    .int()
    .min(1)
    .max(1_000)
    .nullish()
    .meta({
      description: `Attempts open at the same time. Default: no cap; ${ACKNOWLEDGED_CONCURRENCY} with \`acknowledge\`.`,
    }),
  acknowledge: z
    .literal('echo')
    .nullish()
    .meta({ description: '`echo`: delivered only once the answer repeats the delivery id.' }),
  ratePerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .nullish()
    .meta({ description: 'Requests in any second; the rest waits. Absent: as its dialect has it; null: no limit.' }),
  maxPerHour: z
    .int()
    .min(1)
    .max(100_000)
    .nullish()
    .meta({ description: 'Requests in any hour; the rest waits. Absent: as its dialect has it; null: no limit.' }),
  alertFailureShare: failureShare.meta({
    description: 'Share of failed attempts over 24 hours above which it is reported. Absent: 0.5; null: never.',
  }),
  disableFailureShare: failureShare.meta({
    description: 'The same, above which the endpoint is disabled. Absent: as its dialect has it; null: never.',
  }),
};

export const NewEndpoint = z
  .strictObject({
    url: endpointUrl.optional().meta({ description: 'Of a webhook; required there.' }),
    dialect: endpointDialect.optional().meta({ description: "Default: the key's dialect, else `standard`." }),
    destination: z
      .enum(['webhook', ...NATIVE_KINDS])
      .optional()
      .meta({ description: 'Default: `webhook`.' }),
    config: destinationConfig.optional(),
    mode: z.literal('test').optional().meta({
      description:
        '`test`: removed by itself after 120 seconds, and what fails is not tried again, whatever `retryDelaysMs` says. Absent: it stays.',
    }),
    ...endpointSettings,
    ...secretSettings,
  })
  .meta({ id: 'NewEndpoint' });

export const EndpointPatch = z
  .strictObject({ url: endpointUrl.optional(), config: destinationConfig.optional(), ...endpointSettings })
  .meta({
    id: 'EndpointPatch',
    description: `Absent fields stay, also those of \`config\`. A header value, password or secret of ${MASK} keeps the stored one.`,
  });

export const Endpoint = z
  .object({
    id: z.string(),
    url: z.string(),
    dialect: z.string(),
    destination: z.string(),
    config: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Of a native destination, secrets masked; empty for webhooks.' }),
    description: z.string(),
    eventTypes: z.array(z.string()).nullable(),
    presenceName: z.string().nullable(),
    userId: z.string().nullable(),
    filter: EndpointFilter.nullable(),
    templates: EndpointTemplates.nullable(),
    options: z.record(z.string(), z.unknown()),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).meta({ description: 'Values are masked.' }),
    basicAuth: z
      .object({ username: z.string(), password: z.string() })
      .nullable()
      .meta({ description: 'The password is masked.' }),
    retryDelaysMs: z.array(z.int()).nullable(),
    timeoutMs: z.int().nullable(),
    maxConcurrency: z.int().nullable(),
    acknowledge: z.literal('echo').nullable(),
    ratePerSecond: z.int().nullable(),
    maxPerHour: z.int().nullable(),
    alertFailureShare: z.number().nullable(),
    disableFailureShare: z.number().nullable(),
    disabled: z.boolean(),
    disabledAt: shownInstant.nullable(),
    disabledReason: z.string().nullable(),
    pausedAt: shownInstant.nullable(),
    pausedReason: z.string().nullable(),
    mode: z.literal('test').nullable(),
    leaseEndsAt: shownInstant.nullable().meta({ description: 'With mode `test`: when it is removed by itself.' }),
    version: z.int(),
    createdAt: shownInstant,
    updatedAt: shownInstant,
  })
  .meta({ id: 'Endpoint' });

/** What is answered once, at creation and rotation. */
export const shownSecretFields = {
  secret: z.string().nullable().meta({
    description:
      'Null where nothing is signed. Shown only this once. With ed25519 the public key, by which receivers verify.',
  }),
  publicKey: z.string().nullable().meta({ description: '`whpk_…` with ed25519, else null.' }),
};

export const EndpointWithSecret = Endpoint.extend(shownSecretFields).meta({ id: 'EndpointWithSecret' });

/** An endpoint as the API shows it: header values and password masked, no secret. */
export function showEndpoint(endpoint: StoredEndpoint): z.output<typeof Endpoint> {
  const { organizationId: _, headerNames, basicAuthUsername: username, config, configSecretNames, ...shown } = endpoint;
  return {
    ...shown,
    config: maskedConfig(config, configSecretNames),
    headers: headerNames.map((name) => ({ name, value: MASK })),
    basicAuth: username === null ? null : { username, password: MASK },
    disabled: endpoint.disabledAt !== null,
    mode: endpoint.leaseEndsAt === null ? null : 'test',
  };
}
