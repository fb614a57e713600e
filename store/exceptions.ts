import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { ExceptionStatus, RiskException } from '../domain/exceptions/risk-exception.ts';
import type { Db } from './database.ts';
import { riskExceptions } from './schema.ts';
import type { ArrivalPosition } from './validations.ts';

/** An exception as the API shows it. */
export interface StoredException extends RiskException {
  /** ISO, like `updatedAt`. */
  createdAt: string;
  updatedAt: string;
}

export type ExceptionStore = ReturnType<typeof createExceptionStore>;

const columns = {
  exceptionId: riskExceptions.id,
  ruleId: riskExceptions.ruleId,
  fileName: riskExceptions.fileName,
  location: riskExceptions.location,
  reason: riskExceptions.reason,
  requestedByEmail: riskExceptions.requestedByEmail,
  status: sql<ExceptionStatus>`${riskExceptions.status}`,
  expiresAt: riskExceptions.expiresAt,
  createdAt: riskExceptions.createdAt,
  updatedAt: riskExceptions.updatedAt,
};

/** Risk exceptions. What they were warned for stays over a replacement: only another `expiresAt` arms one again. */
export function createExceptionStore(db: Db) {
  return {
    /** Creates it, or replaces all its fields. */
    async put(
      organizationId: string,
      { exceptionId, ...fields }: RiskException,
    ): Promise<{ exception: StoredException; created: boolean }> {
      const [row] = await db
        .insert(riskExceptions)
        .values({ ...fields, organizationId, id: exceptionId })
        .onConflictDoUpdate({
          target: [riskExceptions.organizationId, riskExceptions.id],
          set: { ...fields, updatedAt: sql`now()` },
        })
        // A row that was only inserted has not been deleted or locked by anyone.
        .returning({ ...columns, created: sql<boolean>`xmax = 0` });
      if (!row) throw new Error('insert into risk_exceptions returned no row');
      const { created, ...exception } = row;
      return { exception, created };
    },

    async get(organizationId: string, exceptionId: string): Promise<StoredException | null> {
      const [row] = await db.select(columns).from(riskExceptions).where(byId(organizationId, exceptionId));
      return row ?? null;
    },

    /** Newest first, those behind `after`; `status` null: of every status. */
    async list(
      organizationId: string,
      page: { limit: number; after: ArrivalPosition | null; status: ExceptionStatus | null },
    ): Promise<StoredException[]> {
      const { limit, after, status } = page;
      const behind =
        after && sql`(${riskExceptions.createdAt}, ${riskExceptions.id}) < (${after.createdAt}, ${after.id})`;
      return db
        .select(columns)
        .from(riskExceptions)
        .where(
          and(
            eq(riskExceptions.organizationId, organizationId),
            status === null ? undefined : eq(riskExceptions.status, status),
            behind ?? undefined,
          ),
        )
        .orderBy(desc(riskExceptions.createdAt), desc(riskExceptions.id))
        .limit(limit);
    },

    /** `false`: there is none. */
    async remove(organizationId: string, exceptionId: string): Promise<boolean> {
      const [row] = await db
        .delete(riskExceptions)
        .where(byId(organizationId, exceptionId))
        .returning({ id: riskExceptions.id });
      return row !== undefined;
    },
  };
}

function byId(organizationId: string, exceptionId: string): SQL | undefined {
  return and(eq(riskExceptions.organizationId, organizationId), eq(riskExceptions.id, exceptionId));
}
