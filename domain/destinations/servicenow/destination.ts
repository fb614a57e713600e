import type { Destination } from '../destination.ts';
import { assume } from './assume.ts';
import { SERVICENOW_FIELDS, type ServicenowConfig } from './config.ts';
import { deliver } from './deliver.ts';
import { EVENT_PATH } from './event.ts';
import { servicenowOptions } from './options.ts';
import { configFaults, settingsOf } from './settings.ts';
import { verify } from './verify.ts';

/** Incidents or records of another task table, one per subject; or alerts, by way of Event Management. */
export const servicenowDestination: Destination<ServicenowConfig> = {
  kind: 'servicenow',
  title: 'ServiceNow',
  summary: 'Makes one incident per subject, adds work notes as it goes on, and resolves it.',
  fields: SERVICENOW_FIELDS,
  // Instances have none by default; this leaves room for the people who use them.
  rules: { ratePerSecond: 5, maxPerHour: null },
  check: configFaults,
  address(config) {
    const { instance, mode, table } = settingsOf(config);
    return `${instance}${mode === 'event' ? EVENT_PATH : `/api/now/table/${encodeURIComponent(table)}`}`;
  },
  deliver,
  assume,
  verify,
  options: servicenowOptions,
};
