import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { Db } from './database.ts';

const CHANNEL = 'waybill_waiting';
/** Commits in this time are told together: at hundreds of commits a second a notice each would cost more than the look it saves. */
const GATHER_MS = 20;
const RECONNECT_MS = 1_000;

/** How processes on one Postgres tell each other that deliveries wait. What gets lost on the way is found by the next look. */
export interface Notices {
  /** To the others: so many deliveries more. Never rejects, and is not waited for. */
  tell(deliveries: number): void;
  /** Hears the others, over a connection of its own that is made anew when it breaks, until `stop`. */
  listen(onWaiting: (deliveries: number) => void): void;
  stop(): Promise<void>;
}

/** `onFault` hears of notices that could not be sent and of connections that broke. */
export function createNotices(db: Db, connectionString: string, onFault: (error: unknown) => void): Notices {
  const self = randomUUID();
  const stopping = new AbortController();
  let untold = 0;
  let telling: Promise<unknown> | null = null;
  let listening: Promise<void> | null = null;

  async function tellGathered(): Promise<void> {
    while (untold > 0) {
      await sleep(GATHER_MS, undefined, { ref: false });
      const text = `${self} ${untold}`;
      untold = 0;
      await db.execute(sql`select pg_notify(${CHANNEL}, ${text})`).catch(onFault);
    }
    telling = null;
  }

  async function hear(onWaiting: (deliveries: number) => void): Promise<void> {
    const client = new pg.Client({ connectionString, application_name: 'waybill notices', keepAlive: true });
    const ended = new Promise<unknown>((resolve) => {
      client.once('error', resolve);
      client.once('end', () => resolve(null));
      stopping.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    client.on('notification', ({ payload = '' }) => {
      const [sender, count] = payload.split(' ');
      if (sender !== self) onWaiting(Number(count));
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      // Whatever was told while nobody listened.
      onWaiting(0);
      const error = await ended;
      if (error) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function keepHearing(onWaiting: (deliveries: number) => void): Promise<void> {
    while (!stopping.signal.aborted) {
      await hear(onWaiting).catch(onFault);
      await sleep(RECONNECT_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    tell(deliveries) {
      untold += deliveries;
      telling ??= tellGathered();
    },
    listen(onWaiting) {
      listening ??= keepHearing(onWaiting);
    },
    async stop() {
      stopping.abort();
      await Promise.all([telling, listening]);
    },
  };
}
