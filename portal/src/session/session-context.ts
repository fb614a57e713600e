import { createContext, useContext } from 'react';
import { mayChange, type Session } from './session.ts';

export const SessionContext = createContext<Session | null>(null);

/** The session; only below the gate, which lets nothing through without one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session: used outside the gate');
  return session;
}

/** Whether controls that change something are shown at all: a read-only link has none. */
export function useMayChange(): boolean {
  return mayChange(useSession());
}
