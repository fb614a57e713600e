import { sql } from 'drizzle-orm';
import { isBelowThreshold } from '../domain/alerts/score.ts';
import { validationBelowThreshold } from '../domain/dialects/flowcerta/own-events.ts';
import { type Db, recordset, rowsOf } from './database.ts';
import type { EndpointDirectory } from './endpoint-directory.ts';
import { type Outbox, planOwnEvent } from './outbox.ts';
import { type OrganizationRow, pageByOrganization } from './row-pages.ts';
import type { ScanPageRequest, ThresholdScanPage } from './scan-types.ts';

interface LockedValidation {
  organization_id: string;
  id: string;
  platform: string;
  file_name: string;
  label: string | null;
  score: number;
  score_threshold: number | null;
}

/** See `ScanStore.scanValidations`. `onChanged` is told how many rows were changed. */
export function createValidationScan(
  db: Db,
  outbox: Outbox,
  directory: EndpointDirectory,
  onChanged: (rows: number) => void,
) {
  return async (request: ScanPageRequest & { since: string }): Promise<ThresholdScanPage> => {
    const { at, now, since, after, limit } = request;
    const due = {
      table: sql`validations`,
      time: sql`created_at`,
      idType: 'uuid' as const,
      organizations: sql`o.scan_time_zone = ${at.scanTimeZone} and o.scan_hour = ${at.scanHour}::int
        and o.score_threshold is not null`,
      rows: sql`e.created_at >= ${since}::timestamptz and e.alerted_at is null and e.score < o.score_threshold`,
    };
    const { rows, next } = await pageByOrganization(db, due, after, limit);
    if (rows.length === 0) return { alerted: 0, next };
    const endpointsOf = await directory.of(rows.map((row) => row.organizationId));

    const alerted = await outbox.transaction(async (tx, write) => {
      const locked = await lock(tx, rows);
      await stamp(tx, locked, now);
      const planned = locked.flatMap((row) => {
        const threshold = row.score_threshold;
        if (threshold === null || !isBelowThreshold(row.score, threshold)) return [];
        const event = { ...eventOf(row, threshold), organizationId: row.organization_id, key: row.id, occurredAt: now };
        return [planOwnEvent(event, endpointsOf.get(row.organization_id) ?? [])];
      });
      return (await write(planned)).length;
    });
    onChanged(alerted);
    return { alerted, next };
  };
}

/** The rows that are still to be alerted once no other transaction holds them, in one order for all scans. */
async function lock(tx: Db, rows: readonly OrganizationRow[]): Promise<LockedValidation[]> {
  const keys = rows.map(({ organizationId, id }) => ({ organization_id: organizationId, id }));
  return rowsOf<LockedValidation>(
    tx,
    sql`select e.organization_id, e.id, e.platform, e.file_name, e.label, e.score, o.score_threshold
      from ${recordset(keys, 'organization_id text, id uuid')}
      join validations e on e.organization_id = i.organization_id and e.id = i.id
      join organizations o on o.id = e.organization_id
      where e.alerted_at is null and e.score < o.score_threshold
      order by e.organization_id, e.id for update of e`,
  );
}

async function stamp(tx: Db, locked: readonly LockedValidation[], now: string): Promise<void> {
  const rows = locked.map(({ organization_id, id }) => ({ organization_id, id }));
  await tx.execute(
    sql`update validations e set alerted_at = ${now}::timestamptz
      from ${recordset(rows, 'organization_id text, id uuid')}
      where e.organization_id = i.organization_id and e.id = i.id`,
  );
}

function eventOf(row: LockedValidation, threshold: number) {
  const { id: validationId, platform, file_name: fileName, label, score } = row;
  return validationBelowThreshold({ validationId, platform, fileName, label, score }, threshold);
}
