/** The dialect in which Waybill publishes events about itself: its own. */
export const OPERATIONAL_DIALECT = 'standard';

/**
 * Event types that Waybill raises about itself; nobody else publishes them. `domain/dialects/standard/operational.ts` has what
 * each tells.
 */
export const OPERATIONAL_TYPES = [
  'endpoint.created',
  'endpoint.updated',
  'endpoint.disabled',
  'endpoint.paused',
  'endpoint.failing',
  'delivery.failed',
  'delivery.recovered',
  'export.failed',
] as const;

export type OperationalType = (typeof OPERATIONAL_TYPES)[number];

const names: ReadonlySet<string> = new Set(OPERATIONAL_TYPES);

/** Whether an event is one of these. The same name in another dialect is another event type. */
export function isOperational(event: { dialect: string; type: string }): boolean {
  return event.dialect === OPERATIONAL_DIALECT && names.has(event.type);
}
