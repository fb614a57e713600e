import { z } from 'zod';
import type { AutoExport } from '../../../../domain/exports/auto-export.ts';
import { autoExportFields } from '../../../auto-export.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { fieldProblem } from '../../../errors.ts';

/** The one event that an export goes with. */
const EXPORTED_EVENT = 'dataset.ready';
/** `auto_export` of a webhook: where a dataset is put before `dataset.ready` is sent. */
export const ShownAutoExport = z
  .object({
    connector_id: autoExportFields.connector,
    format: autoExportFields.format,
    prefix: autoExportFields.prefix,
  })
  .meta({ id: 'FlexorchAutoExport' });

/** The same as it is asked for; without a prefix there is none. */
export const WantedAutoExport = ShownAutoExport.partial({ prefix: true }).meta({ id: 'FlexorchNewAutoExport' });

/** The auto export in an endpoint's options; null: none. */
export function autoExportOf(options: Readonly<Record<string, unknown>>): AutoExport | null {
  return (options.autoExport as AutoExport | undefined) ?? null;
}

/** The same as the document writes it. */
export function showAutoExport(options: Readonly<Record<string, unknown>>): z.output<typeof ShownAutoExport> | null {
  const autoExport = autoExportOf(options);
  if (autoExport === null) return null;
  return { connector_id: autoExport.connectorId, format: autoExport.format, prefix: autoExport.prefix };
}

/** The options that keep it. */
export function optionsOf(autoExport: z.output<typeof WantedAutoExport> | null): { autoExport?: AutoExport } {
  if (autoExport === null) return {};
  const { connector_id: connectorId, format, prefix = '' } = autoExport;
  return { autoExport: { connectorId, format, prefix } };
}

/**
 * Throws a problem unless an export can be made: its event is subscribed to, and the organization has the connector. `null` is
 * always right.
 */
export async function checkAutoExport(
  deps: Pick<GatewayDependencies, 'connectors'>,
  organizationId: string,
  autoExport: AutoExport | null,
  events: readonly string[],
): Promise<void> {
  if (autoExport === null) return;
  const refused = (field: string, rule: string) => fieldProblem('validation_failed', [{ field, rule }]);
  if (!events.includes(EXPORTED_EVENT)) throw refused('auto_export', `needs ${EXPORTED_EVENT} among the events`);
  if ((await deps.connectors.get(organizationId, autoExport.connectorId)) === null) {
    throw refused('auto_export.connector_id', 'names no connector');
  }
}
