import { sql } from 'drizzle-orm';
import type { Store } from '../store/open-store.ts';
import { openEmptyStore } from './empty-store.ts';

/** How much there is to look at. */
export interface PortalData {
  deliveries: number;
  endpoints: number;
}

/** A filled store, and the organization that has it all. */
export interface FilledStore {
  store: Store;
  organizationId: string;
}

const ORGANIZATION = `org_${'1'.padStart(26, '0')}`;

/**
 * Opens the store of a data folder, or of `databaseUrl`, and puts deliveries of the last 24 hours into it, each with its event of one
 * to two kilobytes and one attempt, evenly over endpoints; one in a hundred failed, one in a thousand waits. Throws for a database
 * that has organizations already.
 */
export async function fillPortalStore(
  { deliveries, endpoints }: PortalData,
  dataDir: string,
  databaseUrl: string | undefined,
): Promise<FilledStore> {
  const store = await openEmptyStore(dataDir, databaseUrl);
  await store.db.execute(
    sql`insert into organizations (id, uuid, name) values (${ORGANIZATION}, gen_random_uuid(), 'Acme')`,
  );
  await store.db.execute(sql`insert into endpoints (id, organization_id, dialect, url)
    select ${idOf('ep', sql`n`)}, ${ORGANIZATION}, 'standard', 'https://hooks.example.com/' || n
    from generate_series(0, ${endpoints - 1}::int) n`);
  const PART = 10_000;
  for (let from = 0; from < deliveries; from += PART)
    await fillPart(store, from, Math.min(from + PART, deliveries), deliveries, endpoints);
  await store.db.execute(sql`insert into endpoint_health (endpoint_id, bucket, attempts, failed)
    select endpoint_id, floor(extract(epoch from started_at) / 3600)::bigint, count(*), count(*) filter (where outcome = 'failed')
    from attempts group by 1, 2`);
  await store.db.execute(sql`vacuum analyze`);
  return { store, organizationId: ORGANIZATION };
}

async function fillPart(store: Store, from: number, to: number, total: number, endpoints: number): Promise<void> {
  // Times grow with the numbers, as they do in life.
  await store.db.execute(sql`create temporary table if not exists part (n int, at timestamptz, ms bigint)`);
  await store.db.execute(sql`truncate part`);
  await store.db.execute(sql`insert into part
    select n, now() - (${total} - n) * interval '24 hours' / ${total}::int, 0 from generate_series(${from}::int, ${to - 1}::int) n`);
  await store.db.execute(sql`update part set ms = floor(extract(epoch from at) * 1000)::bigint`);
  await store.db.execute(sql`insert into events (organization_id, id, dialect, type, data, fingerprint, occurred_at, created_at)
    select ${ORGANIZATION}, ${idOf('evt', sql`n`)}, 'standard', ${TYPE}, '{"order":"order-' || n || '","customer":"Ada Lovelace","lines":"'
      || repeat('Sprocket, "large", 3 pieces; ', 40 + n % 30) || '"}', '', at, at from part`);
  await store.db.execute(sql`insert into deliveries (id, organization_id, event_id, endpoint_id, event_type, status, attempt_count,
      next_attempt_at, last_status_code, created_at, completed_at)
    select ${timedId('dlv')}, ${ORGANIZATION}, ${idOf('evt', sql`n`)}, ${idOf('ep', sql`n % ${endpoints}::int`)}, ${TYPE}, ${STATUS}, 1,
      case when ${STATUS} = 'pending' then at end, case when ${STATUS} = 'failed' then 500 else 200 end, at,
      case when ${STATUS} <> 'pending' then at end from part`);
  await store.db.execute(sql`insert into attempts (id, organization_id, delivery_id, endpoint_id, number, generation, outcome, status_code,
      duration_ms, started_at, finished_at)
    select ${timedId('atm')}, ${ORGANIZATION}, ${timedId('dlv')}, ${idOf('ep', sql`n % ${endpoints}::int`)}, 1, 1,
      case when ${STATUS} = 'failed' then 'failed' else 'delivered' end, 200, 20 + n % 200, at, at from part where ${STATUS} <> 'pending'`);
}

const TYPE = sql`case when n % 1000 = 7 then 'order.refunded' else 'order.paid' end`;
const STATUS = sql`case when n % 1000 = 500 then 'pending' when n % 100 = 3 then 'failed' else 'delivered' end`;

function idOf(prefix: string, number: ReturnType<typeof sql>) {
  return sql`${`${prefix}_`}::text || lpad((${number})::text, 26, '0')`;
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** An id that holds the time, as ours do: ten digits of five bits, then the number. */
function timedId(prefix: string) {
  const digits = Array.from(
    { length: 10 },
    (_, i) => sql`substr(${DIGITS}, ((ms >> ${5 * (9 - i)}::int) & 31)::int + 1, 1)`,
  );
  return sql`${`${prefix}_`}::text || ${sql.join(digits, sql` || `)} || lpad(n::text, 16, '0')`;
}
