import { and, asc, eq, gt, isNull, max, type SQL, sql } from 'drizzle-orm';
import { MASK } from '../domain/delivery/mask.ts';
import type { Connector, ConnectorReader } from '../domain/exports/connector.ts';
import type { S3Target } from '../domain/exports/s3.ts';
import type { Db } from './database.ts';
import { connectors, endpoints, organizations } from './schema.ts';
import type { SecretBox } from './secret-box.ts';

/** What the customer sets: a bucket, its keys, and a name for people. */
export interface ConnectorSettings extends S3Target {
  name: string;
}

export type RemoveConnectorResult =
  | { kind: 'removed' }
  | { kind: 'not_found' }
  | { kind: 'in_use'; endpointId: string };

export type ConnectorStore = ReturnType<typeof createConnectorStore>;

type Row = typeof connectors.$inferSelect;
type Keys = Pick<S3Target, 'accessKeyId' | 'secretAccessKey'>;

const SHOWN_CHARACTERS = 4;

/** Connectors. Deleted ones stay as rows without keys, so that their numbers are not given again. */
export function createConnectorStore(db: Db, box: SecretBox) {
  const seal = (organizationId: string, number: number, keys: Keys): Uint8Array =>
    box.seal(JSON.stringify(keys), connectorContext(organizationId, number));
  const open = (row: Row): Keys =>
    JSON.parse(box.open(row.credentials, connectorContext(row.organizationId, row.number)));

  const show = (row: Row): Connector => {
    const { organizationId: _, credentials: __, deletedAt: ___, ...shown } = row;
    return { ...shown, accessKeyIdHint: hint(open(row).accessKeyId) };
  };

  async function find(organizationId: string, number: number): Promise<Row | undefined> {
    const [row] = await db.select().from(connectors).where(visible(organizationId, number));
    return row;
  }

  const reader: ConnectorReader = {
    async target(organizationId, number) {
      const row = await find(organizationId, number);
      if (!row) return null;
      const { url, region, bucket, pathStyle } = row;
      return { url, region, bucket, pathStyle, ...open(row) };
    },
  };

  return {
    ...reader,

    /** Numbered one above the highest of the organization, deleted ones included. */
    async create(organizationId: string, settings: ConnectorSettings): Promise<Connector> {
      const { accessKeyId, secretAccessKey, ...rest } = settings;
      return db.transaction(async (tx) => {
        await lockOrganization(tx, organizationId);
        const [highest] = await tx
          .select({ number: max(connectors.number) })
          .from(connectors)
          .where(eq(connectors.organizationId, organizationId));
        const number = (highest?.number ?? 0) + 1;
        const credentials = seal(organizationId, number, { accessKeyId, secretAccessKey });
        const [row] = await tx
          .insert(connectors)
          .values({ organizationId, number, ...rest, credentials })
          .returning();
        if (!row) throw new Error('insert into connectors returned no row');
        return show(row);
      });
    },

    async get(organizationId: string, number: number): Promise<Connector | null> {
      const row = await find(organizationId, number);
      return row ? show(row) : null;
    },

    /** By number, those behind the number `after`; 0: from the first. */
    async list(organizationId: string, page: { limit: number; after: number }): Promise<Connector[]> {
      const rows = await db
        .select()
        .from(connectors)
        .where(
          and(
            eq(connectors.organizationId, organizationId),
            isNull(connectors.deletedAt),
            gt(connectors.number, page.after),
          ),
        )
        .orderBy(asc(connectors.number))
        .limit(page.limit);
      return rows.map(show);
    },

    /** Changes the given settings; null: there is none of this number. */
    async update(organizationId: string, number: number, patch: Partial<ConnectorSettings>): Promise<Connector | null> {
      const { accessKeyId, secretAccessKey, ...set } = patch;
      return db.transaction(async (tx) => {
        const [standing] = await tx.select().from(connectors).where(visible(organizationId, number)).for('update');
        if (!standing) return null;
        const keys = open(standing);
        const credentials = seal(organizationId, number, {
          accessKeyId: accessKeyId ?? keys.accessKeyId,
          secretAccessKey: secretAccessKey ?? keys.secretAccessKey,
        });
        const [row] = await tx
          .update(connectors)
          .set({ ...set, credentials, updatedAt: sql`now()` })
          .where(visible(organizationId, number))
          .returning();
        return row ? show(row) : null;
      });
    },

    /** Refused while an endpoint exports to it; `endpointId` is one of those. */
    async remove(organizationId: string, number: number): Promise<RemoveConnectorResult> {
      return db.transaction(async (tx) => {
        await lockOrganization(tx, organizationId);
        const [user] = await tx
          .select({ id: endpoints.id })
          .from(endpoints)
          .where(
            and(
              eq(endpoints.organizationId, organizationId),
              isNull(endpoints.deletedAt),
              sql`${endpoints.options}::json -> 'autoExport' ->> 'connectorId' = ${String(number)}`,
            ),
          )
          .limit(1);
        if (user) return { kind: 'in_use', endpointId: user.id };
        const [row] = await tx
          .update(connectors)
          .set({ deletedAt: sql`now()`, credentials: Buffer.alloc(0) })
          .where(visible(organizationId, number))
          .returning({ number: connectors.number });
        return row ? { kind: 'removed' } : { kind: 'not_found' };
      });
    },
  };
}

function visible(organizationId: string, number: number): SQL | undefined {
  return and(
    eq(connectors.organizationId, organizationId),
    eq(connectors.number, number),
    isNull(connectors.deletedAt),
  );
}

/** Held by whoever creates or changes an endpoint, too. */
async function lockOrganization(tx: Pick<Db, 'select'>, organizationId: string): Promise<void> {
  await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for('no key update');
}

/** What a connector's keys are sealed for. */
export function connectorContext(organizationId: string, number: number): string {
  return `${organizationId}/connector/${number}`;
}

/** The ends of an id that is long enough to keep its middle. */
function hint(accessKeyId: string): string {
  const ends = accessKeyId.length >= 4 * SHOWN_CHARACTERS ? SHOWN_CHARACTERS : 0;
  return `${accessKeyId.slice(0, ends)}${MASK}${ends === 0 ? '' : accessKeyId.slice(-ends)}`;
}
