import type { Schema } from '../../../api/client.ts';
import { readWait, waitTime } from '../../../format/time.ts';
import { type ConfigValues, configOf, readConfig } from './config-model.ts';
import { emptyFilter, type FilterForm, filterOf, readFilter } from './filter-model.ts';

type Endpoint = Schema<'Endpoint'>;
export type DestinationField = Schema<'DestinationField'>;

/** The form of an endpoint as it is filled in: texts as they were typed. */
export interface EndpointForm {
  destination: string;
  dialect: string;
  url: string;
  config: ConfigValues;
  description: string;
  /** Null: every type. */
  eventTypes: string[] | null;
  headers: { name: string; value: string }[];
  /** Null: none is sent. */
  basicAuth: { username: string; password: string } | null;
  filter: FilterForm;
  /** Waits with units, separated by commas; null: as the dialect has it; empty: never again. */
  retryDelays: string | null;
  /** Empty: as the dialect has it. */
  timeoutSeconds: string;
  /** Empty: at creation as the dialect has it, later no limit. */
  ratePerSecond: string;
  maxPerHour: string;
  maxConcurrency: string;
  /** At creation; empty: a fresh one is made. */
  secret: string;
}

/** What keeps a form from being sent, by the name that the API gives the field. */
export class FormFault extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** The form of a new endpoint. */
export function emptyForm(destination: string, dialect: string): EndpointForm {
  return {
    destination,
    dialect,
    url: '',
    config: {},
    description: '',
    eventTypes: null,
    headers: [],
    basicAuth: null,
    filter: emptyFilter(),
    retryDelays: null,
    timeoutSeconds: '',
    ratePerSecond: '',
    maxPerHour: '',
    maxConcurrency: '',
    secret: '',
  };
}

/** The form of a saved endpoint; secrets stay as the mask that they are shown as, which keeps them. */
export function formOf(endpoint: Endpoint, fields: readonly DestinationField[]): EndpointForm {
  const number = (value: number | null) => (value === null ? '' : String(value));
  return {
    destination: endpoint.destination,
    dialect: endpoint.dialect,
    url: endpoint.url,
    config: readConfig(fields, endpoint.config),
    description: endpoint.description,
    eventTypes: endpoint.eventTypes && [...endpoint.eventTypes],
    headers: endpoint.headers.map((header) => ({ ...header })),
    basicAuth: endpoint.basicAuth && { ...endpoint.basicAuth },
    filter: readFilter(endpoint.filter),
    retryDelays: endpoint.retryDelaysMs?.map(waitTime).join(', ') ?? null,
    timeoutSeconds: endpoint.timeoutMs === null ? '' : String(endpoint.timeoutMs / 1_000),
    ratePerSecond: number(endpoint.ratePerSecond),
    maxPerHour: number(endpoint.maxPerHour),
    maxConcurrency: number(endpoint.maxConcurrency),
    secret: '',
  };
}

/** What `POST /v1/endpoints` takes. Throws `FormFault` for what the server could not even be asked. */
export function newEndpointOf(form: EndpointForm, fields: readonly DestinationField[]): Schema<'NewEndpoint'> {
  const { timeoutMs, ratePerSecond, maxPerHour, maxConcurrency, ...settings } = settingsOf(form);
  const isWebhook = form.destination === 'webhook';
  return {
    destination: form.destination as NonNullable<Schema<'NewEndpoint'>['destination']>,
    dialect: form.dialect as NonNullable<Schema<'NewEndpoint'>['dialect']>,
    ...(isWebhook ? { url: urlOf(form) } : { config: configOf(fields, form.config) }),
    ...settings,
    // Absent and null differ here: only what is absent is as the dialect has it.
    ...(timeoutMs !== null && { timeoutMs }),
    ...(ratePerSecond !== null && { ratePerSecond }),
    ...(maxPerHour !== null && { maxPerHour }),
    ...(maxConcurrency !== null && { maxConcurrency }),
    ...(isWebhook && form.secret.trim() !== '' && { secret: form.secret.trim() }),
  };
}

/** What `PATCH /v1/endpoints/{id}` takes. Throws `FormFault`. */
export function patchOf(form: EndpointForm, fields: readonly DestinationField[]): Schema<'EndpointPatch'> {
  const isWebhook = form.destination === 'webhook';
  return {
    ...(isWebhook ? { url: urlOf(form) } : { config: { ...clearedConfig(fields), ...configOf(fields, form.config) } }),
    ...settingsOf(form),
  };
}

/** A change keeps what it leaves out: fields that were emptied, or are not asked for any more, must be taken away by null. */
function clearedConfig(fields: readonly DestinationField[]): Record<string, null> {
  return Object.fromEntries(fields.map(({ name }) => [name, null]));
}

function settingsOf(form: EndpointForm) {
  const isWebhook = form.destination === 'webhook';
  return {
    description: form.description.trim(),
    eventTypes: eventTypesOf(form.eventTypes),
    filter: filterOf(form.filter),
    retryDelaysMs: delaysOf(form.retryDelays),
    ratePerSecond: countOf('ratePerSecond', form.ratePerSecond),
    maxPerHour: countOf('maxPerHour', form.maxPerHour),
    maxConcurrency: countOf('maxConcurrency', form.maxConcurrency),
    timeoutMs: timeoutOf(form.timeoutSeconds),
    ...(isWebhook && {
      headers: form.headers.filter(({ name, value }) => name.trim() !== '' || value !== ''),
      basicAuth: form.basicAuth,
    }),
  };
}

function urlOf({ url }: EndpointForm): string {
  if (url.trim() === '') throw new FormFault('url', 'Enter the address that events are sent to.');
  return url.trim();
}

function eventTypesOf(types: string[] | null): string[] | null {
  if (types?.length === 0) throw new FormFault('eventTypes', 'Choose at least one event type, or all of them.');
  return types;
}

/** Reads `5s, 5 min, 2h`. A unit may follow each part, as `1 h 30 min`. */
function delaysOf(text: string | null): number[] | null {
  if (text === null) return null;
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(delayOf);
}

function delayOf(part: string): number {
  const spans = part.match(/\d+(?:\.\d+)?\s*[a-z]*/gi);
  const whole = spans?.join('').replace(/\s/g, '') === part.replace(/\s/g, '');
  const waits = spans?.map(readWait) ?? [];
  if (!whole || waits.length === 0 || waits.includes(null)) {
    throw new FormFault('retryDelaysMs', `“${part}” is no wait: write it as 30 s, 5 min, 2 h or 1 d.`);
  }
  return waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
}

function timeoutOf(text: string): number | null {
  if (text.trim() === '') return null;
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 30)) throw new FormFault('timeoutMs', 'Enter 1 to 30 seconds.');
  return Math.round(seconds * 1_000);
}

function countOf(field: string, text: string): number | null {
  if (text.trim() === '') return null;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new FormFault(field, 'Enter a whole number of 1 or more.');
  return count;
}
