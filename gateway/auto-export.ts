import { z } from 'zod';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { EXPORT_FORMATS } from '../domain/exports/auto-export.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { fieldProblem } from './errors.ts';
import { oneLine } from './fields.ts';

/** Highest number that the store's integers hold. */
const MAX_CONNECTOR = 2_147_483_647;

/** Where a dataset is put before its event is sent; a system's own API may name the fields otherwise. */
export const autoExportFields = {
  connector: z.int().min(1).max(MAX_CONNECTOR),
  format: z.enum(EXPORT_FORMATS, { error: `must be one of ${EXPORT_FORMATS.join(', ')}` }),
  // A key has 1024 bytes in S3, and a dataset's id follows.
  prefix: oneLine(512).meta({ description: 'The file is `<prefix><dataset_id>.<format>`.' }),
};

/** `options.autoExport` of an endpoint. */
export const AutoExportOption = z
  .strictObject({
    connectorId: autoExportFields.connector,
    format: autoExportFields.format,
    prefix: autoExportFields.prefix.default(''),
  })
  .meta({ id: 'AutoExport' });

/**
 * Throws a problem unless what the options order can be exported: the dialect has exports, and the organization the connector.
 * Options that order nothing are always right.
 */
export async function checkOrderedExport(
  deps: Pick<GatewayDependencies, 'connectors'>,
  organizationId: string,
  wire: DialectWire,
  ordered: z.output<typeof AutoExportOption> | undefined,
): Promise<void> {
  if (ordered === undefined) return;
  const refused = (field: string, rule: string) => fieldProblem('validation_failed', [{ field, rule }]);
  if (!wire.exports) throw refused('options.autoExport', `is not known to the dialect ${wire.name}`);
  if ((await deps.connectors.get(organizationId, ordered.connectorId)) === null) {
    throw refused('options.autoExport.connectorId', 'names no connector');
  }
}
