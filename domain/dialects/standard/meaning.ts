import { fieldsOf, type Shown } from '../data-fields.ts';
import type { DialectMeaning, EventData, Meaning } from '../meaning.ts';
import { isObject, nameOf, showValue } from '../show-value.ts';

/** What Waybill says about itself, in words. Other types of this dialect are the organization's own and read from their data. */
export const standardMeaning: DialectMeaning = {
  dialect: 'standard',
  title: 'Waybill',
  types: {
    'endpoint.created': (data) => ({
      title: `Endpoint ${endpointName(data)} was created`,
      ...aboutEndpoint(data),
    }),
    'endpoint.updated': endpointUpdated,
    'endpoint.disabled': endpointDisabled,
    'endpoint.paused': endpointPaused,
    'endpoint.failing': endpointFailing,
    'delivery.failed': deliveryFailed,
    'delivery.recovered': (data) => ({
      title: `Delivery of ${nameOf(part(data, 'delivery').eventType)} to ${endpointName(data)} recovered`,
      ...aboutDelivery(data, {}),
      resolved: true,
    }),
    'export.failed': (data) => ({
      title: `Export of dataset ${nameOf(part(data, 'export').datasetId)} failed`,
      ...aboutDelivery(data, { errorCode: 'Error', export: 'Export' }),
      severity: 'high',
    }),
  },
};

function endpointUpdated(data: EventData): Meaning {
  const changes: Record<string, string> = {
    settings: 'was changed',
    secret_rotated: 'has a new secret',
    enabled: 'was enabled',
    resumed: 'goes on',
    deleted: 'was deleted',
  };
  const change = typeof data.change === 'string' && Object.hasOwn(changes, data.change) ? changes[data.change] : null;
  return {
    title: `Endpoint ${endpointName(data)} ${change ?? 'was changed'}`,
    ...aboutEndpoint(data, { change: null, fields: 'Changed' }),
    // Either way nobody waits for a repair any more.
    resolved: data.change === 'enabled' || data.change === 'resumed' || data.change === 'deleted',
  };
}

/** Somebody's own doing is no alarm. */
function endpointDisabled(data: EventData): Meaning {
  const requested = data.reason === 'requested';
  return {
    title: `Endpoint ${endpointName(data)} was disabled`,
    ...aboutEndpoint(data, { reason: 'Reason' }),
    severity: requested ? 'low' : 'high',
    text: requested
      ? ''
      : 'Deliveries that wait for it are cancelled. Enable it again once it is repaired, then replay what it missed.',
  };
}

function endpointPaused(data: EventData): Meaning {
  return {
    title: `Endpoint ${endpointName(data)} is paused`,
    ...aboutEndpoint(data, { reason: 'Reason' }),
    severity: 'high',
    text: 'Its configuration was refused three times in a row. Deliveries wait, none is lost: change its configuration, or check it.',
  };
}

function endpointFailing(data: EventData): Meaning {
  const { alertFailureShare: share, attempts, failed } = data;
  const tolerated = typeof share === 'number' ? `; it tolerates ${Math.round(share * 100)} %` : '';
  return {
    title: `Endpoint ${endpointName(data)} is failing`,
    ...aboutEndpoint(data, { alertFailureShare: null, attempts: null, failed: null }),
    severity: 'medium',
    text: `${showValue(failed)} of its ${showValue(attempts)} attempts in the last 24 hours failed${tolerated}.`,
  };
}

function deliveryFailed(data: EventData): Meaning {
  const reasons: Record<string, string> = {
    exhausted: 'Its retries are spent.',
    not_retryable: 'The answer ruled out another attempt.',
    gone: 'The endpoint said that it is gone (410).',
    export_failed: 'The export that it waited for failed.',
  };
  const reason =
    typeof data.reason === 'string' && Object.hasOwn(reasons, data.reason) ? reasons[data.reason] : undefined;
  return {
    title: `Delivery of ${nameOf(part(data, 'delivery').eventType)} to ${endpointName(data)} failed for good`,
    ...aboutDelivery(data, { ...(reason && { reason: null }), errorCode: 'Error', statusCode: 'Status' }),
    severity: 'high',
    text: reason ?? '',
  };
}

function aboutEndpoint(data: EventData, known: Readonly<Record<string, Shown>> = {}): Omit<Meaning, 'title'> {
  const { id, host, dialect, description } = part(data, 'endpoint');
  const shown = {
    ...rest(data),
    endpoint: { id, host, description, dialect },
    organization: part(data, 'organization').name,
  };
  return {
    severity: 'info',
    subject: ['endpoint', id],
    fields: fieldsOf(shown, { ...known, endpoint: 'Endpoint', organization: 'Organization' }),
  };
}

function aboutDelivery(data: EventData, known: Readonly<Record<string, Shown>>): Omit<Meaning, 'title'> {
  const { id, eventId, attempts } = part(data, 'delivery');
  const { id: endpointId, host } = part(data, 'endpoint');
  const shown = {
    ...rest(data),
    delivery: id,
    event: eventId,
    attempts,
    endpoint: { id: endpointId, host },
    organization: part(data, 'organization').name,
  };
  return {
    severity: 'info',
    subject: ['delivery', id],
    fields: fieldsOf(shown, {
      ...known,
      delivery: 'Delivery',
      event: 'Event',
      attempts: { label: 'Attempts', show: showValue },
      endpoint: 'Endpoint',
      organization: 'Organization',
    }),
  };
}

/** How people know an endpoint: by its description, else by where it is. */
function endpointName(data: EventData): string {
  const { description, host, id } = part(data, 'endpoint');
  return nameOf(description) ? `“${nameOf(description)}”` : nameOf(host) || nameOf(id);
}

function part(data: EventData, name: string): EventData {
  const value = data[name];
  return isObject(value) ? value : {};
}

const NAMED = ['organization', 'endpoint', 'delivery'];

function rest(data: EventData): EventData {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !NAMED.includes(name)));
}
