import { sql } from 'drizzle-orm';
import { openEmptyStore } from './empty-store.ts';

/** How much there is to scan. */
export interface ScanData {
  exceptions: number;
  organizations: number;
}

/**
 * Puts approved exceptions that are all due into the store of a data folder, or of `databaseUrl`, spread evenly over organizations
 * without endpoints: what is measured is the scan, not deliveries. Throws for a database that has organizations already.
 */
export async function fillStore(
  { exceptions, organizations }: ScanData,
  dataDir: string,
  databaseUrl: string | undefined,
): Promise<void> {
  const store = await openEmptyStore(dataDir, databaseUrl);
  try {
    await store.db.execute(sql`insert into organizations (id, uuid, name)
      select 'org_' || lpad(n::text, 26, '0'), gen_random_uuid(), 'Organization ' || n
      from generate_series(1, ${organizations}::int) n`);
    await store.db.execute(sql`insert into risk_exceptions (organization_id, id, rule_id, file_name, location, reason,
        requested_by_email, status, expires_at)
      select 'org_' || lpad((1 + n % ${organizations}::int)::text, 26, '0'), gen_random_uuid(), 'FC-UIP-HCD-001', 'Main.xaml',
        'Main.xaml:' || n, 'Documented credential injected at runtime by Orchestrator.', 'ops-lead@example.com', 'approved',
        now() + interval '1 day' + n * interval '1 second'
      from generate_series(1, ${exceptions}::int) n`);
  } finally {
    await store.close();
  }
}
