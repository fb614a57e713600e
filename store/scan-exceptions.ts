import { sql } from 'drizzle-orm';
import { exceptionExpiringSoon } from '../domain/dialects/flowcerta/own-events.ts';
import { judgeExpiry } from '../domain/exceptions/expiry.ts';
import { type Db, recordset, rowsOf, toIso } from './database.ts';
import type { EndpointDirectory } from './endpoint-directory.ts';
import { type Outbox, planOwnEvent } from './outbox.ts';
import { type OrganizationRow, pageByOrganization } from './row-pages.ts';
import type { ExceptionScanPage, ScanPageRequest } from './scan-types.ts';

interface LockedException {
  organization_id: string;
  id: string;
  rule_id: string;
  file_name: string;
  location: string;
  reason: string;
  requested_by_email: string;
  expires_at: string;
  warned_for: string | null;
  warning_window_days: number;
}

/** See `ScanStore.scanExceptions`. `onExpired` is told how many rows left the index of what is due: stamps stay within their page. */
export function createExceptionScan(
  db: Db,
  outbox: Outbox,
  directory: EndpointDirectory,
  onExpired: (rows: number) => void,
) {
  return async ({ at, now, after, limit }: ScanPageRequest): Promise<ExceptionScanPage> => {
    const window = sql`o.warning_window_days * interval '24 hours'`;
    const due = {
      table: sql`risk_exceptions`,
      time: sql`expires_at`,
      idType: 'uuid' as const,
      organizations: sql`o.scan_time_zone = ${at.scanTimeZone} and o.scan_hour = ${at.scanHour}::int`,
      rows: sql`e.status = 'approved' and e.expires_at <= ${now}::timestamptz + ${window}
        and (e.expires_at <= ${now}::timestamptz or e.warned_for is distinct from e.expires_at)`,
    };
    const { rows, next } = await pageByOrganization(db, due, after, limit);
    if (rows.length === 0) return { warned: 0, expired: 0, next };
    const endpointsOf = await directory.of(rows.map((row) => row.organizationId));

    const counts = await outbox.transaction(async (tx, write) => {
      const locked = await lock(tx, rows);
      const judged = locked.map((row) => ({ row, verdict: judge(row, now) }));
      const warned = judged.filter(({ verdict }) => verdict === 'warn').map(({ row }) => row);
      const expired = judged.filter(({ verdict }) => verdict === 'expire').map(({ row }) => row);
      await stamp(tx, warned, expired);
      const planned = warned.map((row) => planOwnEvent(eventOf(row, now), endpointsOf.get(row.organization_id) ?? []));
      // One that was warned for this date before, and renewed and shortened since, has its event already.
      const written = await write(planned);
      return { warned: written.length, expired: expired.length };
    });
    onExpired(counts.expired);
    return { ...counts, next };
  };
}

/**
 * The rows as they stand once no other transaction holds them, in one order for all, so that two scans wait for each other and
 * never cross. What was rejected or renewed since is told by its new values.
 */
async function lock(tx: Db, rows: readonly OrganizationRow[]): Promise<LockedException[]> {
  const keys = rows.map(({ organizationId, id }) => ({ organization_id: organizationId, id }));
  return rowsOf<LockedException>(
    tx,
    sql`select e.organization_id, e.id, e.rule_id, e.file_name, e.location, e.reason, e.requested_by_email, e.expires_at,
        e.warned_for, o.warning_window_days
      from ${recordset(keys, 'organization_id text, id uuid')}
      join risk_exceptions e on e.organization_id = i.organization_id and e.id = i.id
      join organizations o on o.id = e.organization_id
      where e.status = 'approved' order by e.organization_id, e.id for update of e`,
  );
}

function judge(row: LockedException, now: string): ReturnType<typeof judgeExpiry> {
  const expiresAt = toIso(row.expires_at);
  const verdict = judgeExpiry(now, expiresAt, row.warning_window_days);
  const isWarned = row.warned_for !== null && toIso(row.warned_for) === expiresAt;
  return verdict === 'warn' && isWarned ? 'wait' : verdict;
}

async function stamp(tx: Db, warned: readonly LockedException[], expired: readonly LockedException[]): Promise<void> {
  const rows = [
    ...warned.map(({ organization_id, id }) => ({ organization_id, id, expired: false })),
    ...expired.map(({ organization_id, id }) => ({ organization_id, id, expired: true })),
  ];
  if (rows.length === 0) return;
  await tx.execute(
    sql`update risk_exceptions e set status = case when i.expired then 'expired' else e.status end,
        warned_for = case when i.expired then e.warned_for else e.expires_at end,
        updated_at = case when i.expired then now() else e.updated_at end
      from ${recordset(rows, 'organization_id text, id uuid, expired boolean')}
      where e.organization_id = i.organization_id and e.id = i.id`,
  );
}

function eventOf(row: LockedException, now: string) {
  const expiresAt = toIso(row.expires_at);
  const exception = {
    exceptionId: row.id,
    ruleId: row.rule_id,
    fileName: row.file_name,
    location: row.location,
    reason: row.reason,
    requestedByEmail: row.requested_by_email,
    expiresAt,
  };
  return {
    ...exceptionExpiringSoon(exception, now),
    organizationId: row.organization_id,
    key: `${row.id} ${expiresAt}`,
    occurredAt: now,
  };
}
