import { changesBetween, type FieldChange } from '../domain/activity/changes.ts';
import type { Endpoint } from './endpoints.ts';

/** The address may hold a secret, as vendors' own do; so may headers, templates and the fields of destinations. */
const FIELDS = {
  shown: [
    'description',
    'eventTypes',
    'presenceName',
    'userId',
    'filter',
    'retryDelaysMs',
    'timeoutMs',
    'maxConcurrency',
    'ratePerSecond',
    'maxPerHour',
    'alertFailureShare',
    'disableFailureShare',
    'acknowledge',
  ],
  named: ['url', 'options', 'templates', 'headerNames', 'basicAuthUsername', 'config', 'configSecretNames'],
} as const;

/** What a change of settings did to an endpoint, without secrets. */
export function endpointChanges(before: Endpoint, after: Endpoint, patched: readonly string[]): FieldChange[] {
  const changes = changesBetween(before, after, FIELDS).map(({ field, ...values }) => ({
    field: API_NAMES[field] ?? field,
    ...values,
  }));
  // New values under the old names show in nothing that may be shown.
  const unseen = patched.filter((field) => field === 'headers' || field === 'basicAuth' || field === 'config');
  const named = new Set(changes.map(({ field }) => field));
  return [...changes, ...unseen.filter((field) => !named.has(field)).map((field) => ({ field }))];
}

/** Fields as callers know them. */
const API_NAMES: Record<string, string> = {
  headerNames: 'headers',
  basicAuthUsername: 'basicAuth',
  configSecretNames: 'config',
};
