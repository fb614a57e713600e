import { wireOf } from '../domain/dialects/wires.ts';
import type { AutoExport } from '../domain/exports/auto-export.ts';

/** A delivery's event type and what of its endpoint decides about exports. */
export interface OrderRow {
  event_type: string;
  dialect: string;
  /** JSON text; null: none. */
  options: string | null;
}

/** The export that an endpoint's options order before an event of this type is sent to it; `undefined`: none. */
export function exportOrderOf({ event_type, dialect, options }: OrderRow): AutoExport | undefined {
  if (options === null || options === '{}') return undefined;
  return wireOf(dialect)?.exports?.orderOf(event_type, JSON.parse(options));
}
