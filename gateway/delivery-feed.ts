import type { DeliveryReader, StoredDelivery } from '../store/read-deliveries.ts';

/** What a look at an organization's deliveries has shown. */
export interface FeedNews {
  /** Those that are new or changed, oldest first. */
  changed: StoredDelivery[];
  /** The newest delivery there is; a follower that comes back tells how far it had come by it. */
  newest: string;
  /** More has happened than `changed` holds. */
  isPartial: boolean;
}

/** Follows the deliveries of organizations, by looking at the store now and then while somebody listens. */
export interface DeliveryFeed {
  /** From now on, or with `after`, the `newest` of an earlier news, from there: the newest as they are now come first. */
  follow(organizationId: string, after: string | null, listener: (news: FeedNews) => void): Promise<() => void>;
}

/** What sorts before every delivery. */
export const NO_DELIVERY = 'dlv_';

const NOBODY = { endpointId: null, eventId: null, status: null, eventType: null, since: null, until: null };
const EVERY_MS = 1_000;
/** The newest, looked at each time: whoever publishes more in a second sees a part of it. */
const NEWEST = 100;
/** Older ones that still were pending when last looked at; beyond, the oldest are let go. */
const MOST_PENDING = 400;

interface Followed {
  listeners: Set<(news: FeedNews) => void>;
  /** Those that are watched, by id, oldest first, with what was last known of them. */
  known: Map<string, StoredDelivery>;
  /** The newest of them, newest first. */
  newest: StoredDelivery[];
  isReady: Promise<void>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * One look for all listeners of an organization: its newest deliveries, and those that were pending before. So changes are seen
 * whichever process made them, and nothing is written or indexed for it; what is older and was settled is not watched.
 */
export function createDeliveryFeed(
  deliveries: Pick<DeliveryReader, 'list' | 'byIds'>,
  onFault: (error: unknown) => void,
): DeliveryFeed {
  const all = new Map<string, Followed>();

  async function look(organizationId: string, followed: Followed): Promise<FeedNews> {
    const newest = await deliveries.list(organizationId, NOBODY, { limit: NEWEST, after: null });
    const shown = new Set(newest.map((row) => row.id));
    const pending = [...followed.known.values()].filter((row) => row.status === 'pending' && !shown.has(row.id));
    const older = await deliveries.byIds(
      organizationId,
      pending.slice(-MOST_PENDING).map((row) => row.id),
    );
    const rows = [...newest, ...older].sort((a, b) => (a.id < b.id ? -1 : 1));
    const changed = rows.filter((row) => !isSame(row, followed.known.get(row.id)));
    const before = followed.newest[0]?.id ?? NO_DELIVERY;
    followed.known = new Map(rows.map((row) => [row.id, row]));
    followed.newest = newest;
    return { changed, newest: newest[0]?.id ?? NO_DELIVERY, isPartial: isBeyond(newest, before) };
  }

  function schedule(organizationId: string, followed: Followed): void {
    followed.timer = setTimeout(async () => {
      try {
        const news = await look(organizationId, followed);
        if (news.changed.length > 0) for (const listener of followed.listeners) listener(news);
      } catch (error) {
        onFault(error);
      }
      if (followed.listeners.size > 0) schedule(organizationId, followed);
    }, EVERY_MS);
  }

  function start(organizationId: string): Followed {
    const followed: Followed = {
      listeners: new Set(),
      known: new Map(),
      newest: [],
      isReady: Promise.resolve(),
      timer: undefined,
    };
    followed.isReady = look(organizationId, followed).then(() => undefined);
    all.set(organizationId, followed);
    return followed;
  }

  function stop(organizationId: string, followed: Followed): void {
    clearTimeout(followed.timer);
    if (all.get(organizationId) === followed) all.delete(organizationId);
  }

  return {
    async follow(organizationId, after, listener) {
      const followed = all.get(organizationId) ?? start(organizationId);
      const isFirst = followed.listeners.size === 0;
      followed.listeners.add(listener);
      const leave = () => {
        followed.listeners.delete(listener);
        if (followed.listeners.size === 0) stop(organizationId, followed);
      };
      try {
        await followed.isReady;
      } catch (error) {
        leave();
        throw error;
      }
      if (isFirst && followed.listeners.size > 0) schedule(organizationId, followed);
      const changed = after === null ? [] : followed.newest.toReversed();
      const newest = followed.newest[0]?.id ?? NO_DELIVERY;
      listener({ changed, newest, isPartial: after !== null && isBeyond(followed.newest, after) });
      return leave;
    },
  };
}

/** Whether there may be deliveries between `after` and the newest ones. */
function isBeyond(newest: readonly StoredDelivery[], after: string): boolean {
  return newest.length === NEWEST && newest.every((row) => row.id > after);
}

function isSame(row: StoredDelivery, known: StoredDelivery | undefined): boolean {
  return known !== undefined && JSON.stringify(row) === JSON.stringify(known);
}
