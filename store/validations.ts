import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { isBelowThreshold } from '../domain/alerts/score.ts';
import { validationBelowThreshold, validationCompleted } from '../domain/dialects/flowcerta/own-events.ts';
import type { Finding, Validation } from '../domain/validations/validation.ts';
import type { Db } from './database.ts';
import type { EndpointDirectory } from './endpoint-directory.ts';
import { type Outbox, planOwnEvent } from './outbox.ts';
import { organizations, validations } from './schema.ts';

/** A validation as it is handed in. */
export interface NewValidation {
  validation: Validation;
  findings: readonly Finding[];
  /** JSON text of the full result, as `result` returns it. */
  result: string;
  /** SHA-256 (hex) over everything the caller sent. */
  fingerprint: string;
}

/** A validation as lists show it. */
export type StoredValidation = Validation & {
  /** ISO; when it was received. */
  createdAt: string;
};

/** The last row of the page before: lists go by arrival, then id, since ids may be the caller's own. */
export interface ArrivalPosition {
  createdAt: string;
  id: string;
}

/** `repeated`: the same was stored before. `conflict`: other content under this id. */
export type AddValidationResult = { kind: 'stored' | 'repeated'; validation: StoredValidation } | { kind: 'conflict' };

export type ValidationStore = ReturnType<typeof createValidationStore>;

const columns = {
  validationId: validations.id,
  platform: validations.platform,
  fileName: validations.fileName,
  label: validations.label,
  passed: validations.passed,
  score: validations.score,
  enforcementMode: validations.enforcementMode,
  policyPackSlug: validations.policyPackSlug,
  validatedAt: validations.validatedAt,
  summary: validations.summary,
  createdAt: validations.createdAt,
};

/** Results of validations. */
export function createValidationStore(db: Db, outbox: Outbox, directory: EndpointDirectory) {
  return {
    /**
     * Stores it and publishes `validation.completed`, and `validation.below_threshold` where the score is under the organization's
     * threshold, in one transaction. A repeat changes and publishes nothing.
     */
    async add(organizationId: string, added: NewValidation): Promise<AddValidationResult> {
      const { validation, findings, result, fingerprint } = added;
      const { validationId, summary, ...head } = validation;
      const endpoints = (await directory.of([organizationId])).get(organizationId) ?? [];
      return outbox.transaction(async (tx, write) => {
        const threshold = await scoreThresholdOf(tx, organizationId);
        const isAlerted = isBelowThreshold(validation.score, threshold);
        const [row] = await tx
          .insert(validations)
          .values({
            ...head,
            organizationId,
            id: validationId,
            summary: JSON.stringify(summary),
            result,
            fingerprint,
            alertedAt: isAlerted ? sql`now()` : null,
          })
          .onConflictDoNothing()
          .returning(columns);
        if (!row) return whatStandsThere(tx, organizationId, validationId, fingerprint);
        const events = [validationCompleted(validation, findings)];
        if (threshold !== null && isAlerted) events.push(validationBelowThreshold(validation, threshold));
        const occurredAt = new Date().toISOString();
        const planned = events.map((event) =>
          planOwnEvent({ ...event, organizationId, key: validationId, occurredAt }, endpoints),
        );
        await write(planned);
        return { kind: 'stored', validation: toStored(row) };
      });
    },

    /** JSON text of the full result; `null` when the organization has none of this id. */
    async result(organizationId: string, validationId: string): Promise<string | null> {
      const [row] = await db
        .select({ result: validations.result })
        .from(validations)
        .where(byId(organizationId, validationId));
      return row?.result ?? null;
    },

    /** Newest first, those behind `after`. */
    async list(
      organizationId: string,
      page: { limit: number; after: ArrivalPosition | null },
    ): Promise<StoredValidation[]> {
      const { limit, after } = page;
      const behind = after && sql`(${validations.createdAt}, ${validations.id}) < (${after.createdAt}, ${after.id})`;
      const rows = await db
        .select(columns)
        .from(validations)
        .where(and(eq(validations.organizationId, organizationId), behind ?? undefined))
        .orderBy(desc(validations.createdAt), desc(validations.id))
        .limit(limit);
      return rows.map(toStored);
    },
  };
}

async function scoreThresholdOf(tx: Db, organizationId: string): Promise<number | null> {
  const [row] = await tx
    .select({ scoreThreshold: organizations.scoreThreshold })
    .from(organizations)
    .where(eq(organizations.id, organizationId));
  return row?.scoreThreshold ?? null;
}

async function whatStandsThere(
  tx: Db,
  organizationId: string,
  validationId: string,
  fingerprint: string,
): Promise<AddValidationResult> {
  const [row] = await tx
    .select({ ...columns, fingerprint: validations.fingerprint })
    .from(validations)
    .where(byId(organizationId, validationId));
  if (row?.fingerprint !== fingerprint) return { kind: 'conflict' };
  const { fingerprint: _, ...stored } = row;
  return { kind: 'repeated', validation: toStored(stored) };
}

function toStored({ summary, ...row }: Omit<StoredValidation, 'summary'> & { summary: string }): StoredValidation {
  return { ...row, summary: JSON.parse(summary) };
}

function byId(organizationId: string, validationId: string): SQL | undefined {
  return and(eq(validations.organizationId, organizationId), eq(validations.id, validationId));
}
