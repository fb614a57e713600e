/**
 * What retention deletes, in the order in which it must be run: a delivery goes once its attempts and its export are gone, an event
 * once its deliveries are, a link once its sessions are. Nothing that belongs to a pending delivery goes.
 * `subjects` go once nothing was told of them for that long: a later event looks for its ticket, or makes a new message.
 * `idempotency_keys` are taken off their events, which stay.
 */
export const RETAINED = [
  'attempts',
  'exports',
  'places',
  'deliveries',
  'idempotency_keys',
  'events',
  'validations',
  'source_receipts',
  'activity',
  'throughput',
  'portal_sessions',
  'portal_links',
  'endpoint_health',
  'subjects',
] as const;

export type Retained = (typeof RETAINED)[number];
