import { and, count, desc, eq, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { EndpointFilter } from '../domain/delivery/filter.ts';
import type { Templates } from '../domain/destinations/templates.ts';
import type { EndpointRules } from '../domain/dialects/rule-defaults.ts';
import type { Db } from './database.ts';
import { openConfig, sealConfig } from './destination-config.ts';
import type { DestinationConfig } from './destination-types.ts';
import { endpointChanges } from './endpoint-changes.ts';
import {
  type Credentials,
  type CredentialsChange,
  type CredentialsFault,
  changeCredentials,
  openCredentials,
  sealCredentials,
} from './endpoint-credentials.ts';
import { endpointCreated, endpointDisabled, endpointUpdated } from './endpoint-occurrences.ts';
import {
  type ExpiringSecrets,
  expireSecrets,
  insertSecret,
  type NewSecret,
  secretPreviews,
} from './endpoint-secrets.ts';
import { forgetHealth } from './health.ts';
import { newId } from './ids.ts';
import type { Occurrence, Operational, Raise } from './operational.ts';
import { endpointSecrets, endpoints, organizations } from './schema.ts';
import type { SecretBox } from './secret-box.ts';

/** What the customer sets; absent optional settings are null. */
export interface EndpointSettings extends EndpointRules {
  url: string;
  description: string;
  eventTypes: string[] | null;
  presenceName: string | null;
  userId: string | null;
  /** Conditions on data; null: none. */
  filter: EndpointFilter | null;
  /** What a native destination's messages say instead of the events' own words; null: nothing. */
  templates: Templates | null;
  options: Record<string, unknown>;
  retryDelaysMs: number[] | null;
  timeoutMs: number | null;
  maxConcurrency: number | null;
  acknowledge: 'echo' | null;
}

/** An endpoint as it may be shown: names of headers, no values and no secrets. */
export interface Endpoint extends EndpointSettings {
  id: string;
  organizationId: string;
  dialect: string;
  destination: string;
  headerNames: string[];
  /** Null: no basic authentication. */
  basicAuthUsername: string | null;
  /** Of a native destination, without its secrets; empty for webhooks. */
  config: Record<string, unknown>;
  /** Fields of `config` that hold a secret. */
  configSecretNames: string[];
  version: number;
  disabledAt: string | null;
  disabledReason: string | null;
  pausedAt: string | null;
  pausedReason: string | null;
  /** Of a test endpoint: when it is removed by itself; null: never. */
  leaseEndsAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface NewEndpoint extends EndpointSettings, Credentials {
  dialect: string;
  /** `webhook`, or a native destination's kind. */
  destination: string;
  config: DestinationConfig;
  /** Null: it signs nothing. */
  secret: NewSecret | null;
  /** Why it is disabled from the beginning; null: it is not. */
  disabledReason: string | null;
  /** How long it stands; absent: until it is removed. */
  leaseMs?: number;
}

/** A native destination's configuration and its address, made of the configuration that stands. */
export type Reconfigure = (standing: DestinationConfig) => { url: string; config: DestinationConfig };

export type CreateEndpointResult = { kind: 'created'; endpoint: Endpoint } | { kind: 'limit_reached' };
export type UpdateEndpointResult = { kind: 'updated'; endpoint: Endpoint } | { kind: 'not_found' } | CredentialsFault;

export type EndpointStore = ReturnType<typeof createEndpointStore>;

type Row = typeof endpoints.$inferSelect;

/** Whatever its destination refused until now is forgotten. */
const NOT_PAUSED = { pausedAt: null, pausedReason: null, configurationFaults: 0 };

/** One pass of the reconciler takes so many; the next takes the others. */
const EXPIRED_AT_ONCE = 500;

/**
 * Endpoints. Every change raises the endpoint's version (senders cache it) and its organization's (publishing caches the list),
 * the endpoint first: whoever locks both does it in this order. Deleted endpoints stay as rows and are seen no more. What
 * happens to an endpoint is raised as an operational event in the same transaction.
 */
export function createEndpointStore(
  db: Db,
  box: SecretBox,
  operational: Operational,
  options: { onLimitsChanged: (endpointId: string) => Promise<void> },
) {
  const show = (row: Row): Endpoint => {
    const { headers: _, basicAuth: __, deletedAt: ___, configSecrets: ____, configurationFaults: _____, ...rest } = row;
    const credentials = openCredentials(box, row);
    const { plain, secret } = openConfig(box, row);
    return {
      ...rest,
      config: plain,
      configSecretNames: Object.keys(secret),
      options: JSON.parse(row.options),
      filter: row.filter === null ? null : JSON.parse(row.filter),
      templates: row.templates === null ? null : JSON.parse(row.templates),
      acknowledge: row.acknowledge as 'echo' | null,
      headerNames: credentials.headers.map((header) => header.name),
      basicAuthUsername: credentials.basicAuth?.username ?? null,
    };
  };

  async function get(organizationId: string, id: string): Promise<Endpoint | null> {
    const [row] = await db.select().from(endpoints).where(visible(organizationId, id));
    return row ? show(row) : null;
  }

  async function transaction<T>(organizationId: string, work: (tx: Db, raise: Raise) => Promise<T>): Promise<T> {
    return operational.transaction(await operational.audienceOf([organizationId]), work);
  }

  /** One change of one endpoint that is not deleted; `null` when `extra` or the ids exclude it. */
  function change(
    organizationId: string,
    id: string,
    set: Record<string, unknown>,
    toOccurrence: (row: Row) => Occurrence,
    extra?: SQL,
  ): Promise<Endpoint | null> {
    return transaction(organizationId, async (tx, raise) => {
      const row = await write(tx, organizationId, id, set, extra);
      if (!row) return null;
      await raise([toOccurrence(row)]);
      return show(row);
    });
  }

  async function removeOne(organizationId: string, id: string): Promise<boolean> {
    const set = { deletedAt: sql`now()` };
    return (await change(organizationId, id, set, (row) => endpointUpdated(row, 'deleted'))) !== null;
  }

  return {
    get,

    /** `maxEndpoints`: bound of this destination in this dialect, kept even when two are created at once; absent means none. */
    async create(organizationId: string, created: NewEndpoint, maxEndpoints?: number): Promise<CreateEndpointResult> {
      return transaction(organizationId, async (tx, raise) => {
        // Locks the organization's row, so that the count below cannot be overtaken.
        await raiseEndpointsVersion(tx, organizationId);
        if (maxEndpoints !== undefined) {
          const [counted] = await tx
            .select({ n: count() })
            .from(endpoints)
            .where(
              and(
                eq(endpoints.organizationId, organizationId),
                eq(endpoints.dialect, created.dialect),
                eq(endpoints.destination, created.destination),
                isNull(endpoints.deletedAt),
              ),
            );
          if (Number(counted?.n ?? 0) >= maxEndpoints) return { kind: 'limit_reached' };
        }
        const { headers, basicAuth, config, secret, options, filter, templates, leaseMs, ...settings } = created;
        const id = newId('ep');
        const [row] = await tx
          .insert(endpoints)
          .values({
            id,
            organizationId,
            ...settings,
            options: JSON.stringify(options),
            filter: asText(filter),
            templates: asText(templates),
            ...sealCredentials(box, id, { headers, basicAuth }),
            ...sealConfig(box, id, config),
            disabledAt: created.disabledReason === null ? null : sql`now()`,
            ...(leaseMs !== undefined && { leaseEndsAt: sql`now() + ${leaseMs} * interval '1 millisecond'` }),
          })
          .returning();
        if (!row) throw new Error('insert into endpoints returned no row');
        if (secret) await insertSecret(tx, box, id, secret);
        await raise([endpointCreated(row)]);
        return { kind: 'created', endpoint: show(row) };
      });
    },

    /** Newest first, those before the id `after`. `dialect`, `destination` null: of all. */
    async list(
      organizationId: string,
      page: { limit: number; after: string | null; dialect: string | null; destination?: string | null },
    ): Promise<Endpoint[]> {
      const rows = await db
        .select()
        .from(endpoints)
        .where(
          and(
            eq(endpoints.organizationId, organizationId),
            isNull(endpoints.deletedAt),
            page.dialect === null ? undefined : eq(endpoints.dialect, page.dialect),
            page.destination ? eq(endpoints.destination, page.destination) : undefined,
            page.after === null ? undefined : lt(endpoints.id, page.after),
          ),
        )
        .orderBy(desc(endpoints.id))
        .limit(page.limit);
      return rows.map(show);
    },

    /** All of a native destination's fields, secrets in clear; `null` when there is no such endpoint. */
    async config(organizationId: string, id: string): Promise<DestinationConfig | null> {
      const [row] = await db.select().from(endpoints).where(visible(organizationId, id));
      return row ? openConfig(box, row) : null;
    },

    /** A pause ends: its configuration was found right. `false`: it was not paused. */
    async resume(organizationId: string, id: string): Promise<boolean> {
      const row = (row: Row) => endpointUpdated(row, 'resumed');
      return (await change(organizationId, id, NOT_PAUSED, row, isNotNull(endpoints.pausedAt))) !== null;
    },

    /**
     * Changes what is given. What waits for a limit that was changed gets new times before this returns. `config` makes a new one, with
     * its address, from the one that stands, so that two changes at once are both kept; it ends a pause, and what it throws is thrown.
     */
    async update(
      organizationId: string,
      id: string,
      patch: Partial<EndpointSettings> & CredentialsChange & { config?: Reconfigure },
    ): Promise<UpdateEndpointResult> {
      let limitsChanged = false;
      const result = await transaction<UpdateEndpointResult>(organizationId, async (tx, raise) => {
        const [standing] = await tx.select().from(endpoints).where(visible(organizationId, id)).for('update');
        if (!standing) return { kind: 'not_found' };
        const { headers, basicAuth, options, filter, templates, config, ...set } = patch;
        const changed = changeCredentials(openCredentials(box, standing), { headers, basicAuth });
        if (changed.kind !== 'changed') return changed;
        const configured = config?.(openConfig(box, standing));
        const row = await write(tx, organizationId, id, {
          ...set,
          ...(options && { options: JSON.stringify(options) }),
          ...(filter !== undefined && { filter: asText(filter) }),
          ...(templates !== undefined && { templates: asText(templates) }),
          ...sealCredentials(box, id, changed.credentials),
          ...(configured && { url: configured.url, ...sealConfig(box, id, configured.config), ...NOT_PAUSED }),
        });
        if (!row) return { kind: 'not_found' };
        limitsChanged = row.ratePerSecond !== standing.ratePerSecond || row.maxPerHour !== standing.maxPerHour;
        const fields = Object.entries(patch).flatMap(([name, value]) => (value === undefined ? [] : [name]));
        const endpoint = show(row);
        const changes = endpointChanges(show(standing), endpoint, fields);
        if (fields.length > 0) await raise([{ ...endpointUpdated(row, 'settings', fields), changes }]);
        return { kind: 'updated', endpoint };
      });
      // Not in the transaction: begin locks deliveries first and the endpoint after them.
      if (limitsChanged) await options.onLimitsChanged(id);
      return result;
    },

    /** Sets the flag that claim and begin check; `null` when it does not exist or is disabled already. */
    disable(organizationId: string, id: string, reason: string): Promise<Endpoint | null> {
      const set = { disabledAt: sql`now()`, disabledReason: reason };
      return change(organizationId, id, set, (row) => endpointDisabled(row, reason), isNull(endpoints.disabledAt));
    },

    /** Its failures until now are forgotten: it is not to be disabled for them again. `null` when it does not exist or is not disabled. */
    enable(organizationId: string, id: string): Promise<Endpoint | null> {
      return transaction(organizationId, async (tx, raise) => {
        const isDisabled = isNotNull(endpoints.disabledAt);
        const [standing] = await tx
          .select()
          .from(endpoints)
          .where(and(visible(organizationId, id), isDisabled));
        if (!standing) return null;
        await forgetHealth(tx, id);
        const row = await write(tx, organizationId, id, { disabledAt: null, disabledReason: null }, isDisabled);
        if (!row) return null;
        await raise([endpointUpdated(row, 'enabled')]);
        return show(row);
      });
    },

    /** `false` when there is no such endpoint. Its deliveries and attempts stay readable. */
    remove: removeOne,

    /** Removes endpoints whose lease has ended, as `remove` does; what waits for them is cancelled when it is due. */
    async removeExpired(): Promise<void> {
      const isOver = lt(endpoints.leaseEndsAt, sql`now()`);
      const over = await db
        .select({ id: endpoints.id, organizationId: endpoints.organizationId })
        .from(endpoints)
        .where(and(isOver, isNull(endpoints.deletedAt)))
        .limit(EXPIRED_AT_ONCE);
      for (const { id, organizationId } of over) await removeOne(organizationId, id);
    },

    /** How the endpoint signs at present; `hmac` also when there is no such endpoint. */
    async currentScheme(organizationId: string, id: string): Promise<NewSecret['scheme']> {
      const [row] = await db
        .select({ scheme: endpointSecrets.scheme })
        .from(endpointSecrets)
        .innerJoin(endpoints, eq(endpoints.id, endpointSecrets.endpointId))
        .where(and(visible(organizationId, id), isNull(endpointSecrets.expiresAt)))
        .limit(1);
      return row?.scheme === 'ed25519' ? 'ed25519' : 'hmac';
    },

    /** What may be shown again of the current secrets, by endpoint. */
    secretPreviews: (organizationId: string, ids: readonly string[]) => secretPreviews(db, box, organizationId, ids),

    /** Makes `secret` the current one; the old one signs along for `overlapMs`. `null` when there is no such endpoint. */
    async rotateSecret(
      organizationId: string,
      id: string,
      secret: NewSecret,
      overlapMs: number,
      expiring: ExpiringSecrets = 'keep',
    ): Promise<Endpoint | null> {
      return transaction(organizationId, async (tx, raise) => {
        const row = await write(tx, organizationId, id, {});
        if (!row) return null;
        await expireSecrets(tx, id, overlapMs, expiring);
        await insertSecret(tx, box, id, secret);
        await raise([endpointUpdated(row, 'secret_rotated')]);
        return show(row);
      });
    },
  };
}

function asText(setting: object | null): string | null {
  return setting && JSON.stringify(setting);
}

function visible(organizationId: string, id: string): SQL | undefined {
  return and(eq(endpoints.organizationId, organizationId), eq(endpoints.id, id), isNull(endpoints.deletedAt));
}

type Tx = Pick<Db, 'update'>;

async function write(
  tx: Tx,
  organizationId: string,
  id: string,
  set: Record<string, unknown>,
  extra?: SQL,
): Promise<Row | undefined> {
  const [row] = await tx
    .update(endpoints)
    .set({ ...set, version: sql`${endpoints.version} + 1`, updatedAt: sql`now()` })
    .where(and(visible(organizationId, id), extra))
    .returning();
  if (row) await raiseEndpointsVersion(tx, organizationId);
  return row;
}

async function raiseEndpointsVersion(tx: Tx, organizationId: string): Promise<void> {
  await tx
    .update(organizations)
    .set({ endpointsVersion: sql`${organizations.endpointsVersion} + 1` })
    .where(eq(organizations.id, organizationId));
}
