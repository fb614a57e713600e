import { AsyncLocalStorage } from 'node:async_hooks';

/** Who changes something: the admin key, an API key, a portal session, or Waybill by itself. */
export interface Actor {
  kind: 'admin' | 'key' | 'session' | 'system';
  /** Of the key or the session; null for the others. */
  id: string | null;
  /** The key's; null where there is none. */
  name: string | null;
}

const SYSTEM: Actor = { kind: 'system', id: null, name: null };

const acting = new AsyncLocalStorage<Actor>();

/**
 * Runs `work`, and all that it calls and awaits, as `actor`: what it changes is written down as theirs. Carried beside the arguments,
 * since every change has one and no decision depends on it.
 */
export function actAs<T>(actor: Actor, work: () => T): T {
  return acting.run(actor, work);
}

/** Who acts; outside of `actAs` the system. */
export function currentActor(): Actor {
  return acting.getStore() ?? SYSTEM;
}
