import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import type { ConfigurationFaults } from './destination-types.ts';
import { endpointPaused } from './endpoint-occurrences.ts';
import type { Operational } from './operational.ts';
import { endpoints } from './schema.ts';

/** Refusals in a row after which an endpoint is paused. */
const PAUSED_AFTER = 3;

/** Pauses an endpoint whose configuration is refused again and again: one 401 may be the vendor's own mishap, three are not. */
export function createConfigurationFaults(db: Db, operational: Operational): ConfigurationFaults {
  const standing = (endpointId: string) => and(eq(endpoints.id, endpointId), isNull(endpoints.deletedAt));

  return {
    async add(organizationId, endpointId, version, reason) {
      const audience = await operational.audienceOf([organizationId]);
      await operational.transaction(audience, async (tx, raise) => {
        const [row] = await tx
          .update(endpoints)
          .set({ configurationFaults: sql`${endpoints.configurationFaults} + 1` })
          .where(and(standing(endpointId), eq(endpoints.version, version)))
          .returning({ faults: endpoints.configurationFaults });
        if ((row?.faults ?? 0) < PAUSED_AFTER) return;
        const [paused] = await tx
          .update(endpoints)
          .set({
            pausedAt: sql`now()`,
            pausedReason: reason,
            version: sql`${endpoints.version} + 1`,
            updatedAt: sql`now()`,
          })
          .where(and(standing(endpointId), isNull(endpoints.pausedAt)))
          .returning();
        if (paused) await raise([endpointPaused(paused, reason)]);
      });
    },

    async clear(endpointId) {
      await db
        .update(endpoints)
        .set({ configurationFaults: 0 })
        .where(and(eq(endpoints.id, endpointId), sql`${endpoints.configurationFaults} > 0`));
    },
  };
}
