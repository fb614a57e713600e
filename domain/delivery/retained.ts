/**
 * What retention deletes, in the order in which it must be run: a delivery goes once its attempts and its export are gone, an event
 * once its deliveries are, a link once its sessions are. Nothing that belongs to a pending delivery goes.
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
  'portal_sessions',
  'portal_links',
  'endpoint_health',
] as const;

export type Retained = (typeof RETAINED)[number];
