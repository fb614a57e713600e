import type { Schema } from '../../api/client.ts';

type EventType = Schema<'EventType'>;

/** The dialect in which Waybill itself publishes; what it has built in there are events about the webhooks. */
const OWN_DIALECT = 'standard';

/** Whether Waybill alone raises events of this type. */
export function isOperational({ dialect, origin }: Pick<EventType, 'dialect' | 'origin'>): boolean {
  return dialect === OWN_DIALECT && origin === 'built_in';
}

/** Types under the heading that people look for them by. */
export interface TypeGroup {
  title: string;
  types: EventType[];
}

/** Event types by dialect, that of the session first; those about the webhooks themselves last. Groups are never empty. */
export function groupTypes(types: readonly EventType[], ownDialect: string | null): TypeGroup[] {
  const first = ownDialect ?? OWN_DIALECT;
  const dialects = [...new Set(types.map(({ dialect }) => dialect))].sort();
  const ordered = [...dialects.filter((name) => name === first), ...dialects.filter((name) => name !== first)];
  const groups = ordered.map((title) => ({
    title,
    types: types.filter((type) => type.dialect === title && !isOperational(type)),
  }));
  const operational = { title: 'About your webhooks', types: types.filter(isOperational) };
  return [...groups, operational].filter((group) => group.types.length > 0);
}
