import { sql } from 'drizzle-orm';
import type { ExportedFile } from '../domain/exports/export-plan.ts';
import { type Db, rowsOf } from './database.ts';

type FileRow = Omit<ExportedFile, 'connectorId'> & { delivery_id: string; connector_number: number };

/** The finished exports of these deliveries, by delivery id. */
export async function filesOf(
  db: Pick<Db, 'execute'>,
  deliveryIds: readonly string[],
): Promise<Map<string, ExportedFile>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await rowsOf<FileRow>(
    db,
    sql`select delivery_id, connector_number, bucket, key, format, records, bytes from dataset_exports
      where delivery_id = any(${sql.param([...deliveryIds])}::text[]) and status = 'done'`,
  );
  return new Map(
    rows.map(({ delivery_id, connector_number: connectorId, ...file }) => [delivery_id, { connectorId, ...file }]),
  );
}
