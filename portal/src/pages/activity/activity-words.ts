import type { Schema } from '../../api/client.ts';

type Entry = Schema<'ActivityEntry'>;

/** What was done, between the actor and the subject. */
export const ACTION_WORDS: Readonly<Record<Entry['action'], string>> = {
  'organization.created': 'created the organization',
  'organization.updated': 'changed the organization',
  'api_key.created': 'created the API key',
  'api_key.revoked': 'revoked the API key',
  'portal_link.created': 'made a portal link,',
  'portal_link.revoked': 'revoked the portal link',
  'endpoint.created': 'created the endpoint',
  'endpoint.updated': 'changed the endpoint',
  'endpoint.deleted': 'deleted the endpoint',
  'endpoint.enabled': 'enabled the endpoint',
  'endpoint.disabled': 'disabled the endpoint',
  'endpoint.paused': 'paused the endpoint',
  'endpoint.resumed': 'resumed the endpoint',
  'endpoint.secret_rotated': 'rotated the secret of the endpoint',
  'endpoint.replayed': 'resent deliveries of the endpoint',
  'event_type.created': 'registered the event type',
  'event_type.updated': 'changed the event type',
  'event_type.deleted': 'deleted the event type',
  'source.created': 'created the source',
  'source.updated': 'changed the source',
  'source.address_rotated': 'gave a new address to the source',
  'source.deleted': 'deleted the source',
  'delivery.resent': 'resent the delivery',
  'delivery.retried': 'retried the delivery',
  'delivery.cancelled': 'cancelled the delivery',
};

/** Who did it, where they have no name. */
export const ACTOR_WORDS: Readonly<Record<Entry['actor']['kind'], string>> = {
  admin: 'An operator',
  key: 'An API key',
  session: 'Somebody in this portal',
  system: 'Waybill',
};

/** What became of a field; of secrets only that they have changed. */
export function changeWords({ from, to }: { from?: unknown; to?: unknown }): string {
  if (from === undefined && to === undefined) return 'was changed';
  if (from === undefined) return `is ${shown(to)}`;
  return to === undefined ? `was ${shown(from)}` : `from ${shown(from)} to ${shown(to)}`;
}

function shown(value: unknown): string {
  if (value === null || value === '') return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
