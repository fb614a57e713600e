import type { Db } from './database.ts';
import { createPortalLinks } from './portal-links.ts';
import { createPortalSessions } from './portal-sessions.ts';

export type PortalAccess = ReturnType<typeof createPortalAccess>;

/** Links into the portal, and the sessions they open. Tokens and cookies are kept as SHA-256. */
export function createPortalAccess(db: Db) {
  return { ...createPortalLinks(db), ...createPortalSessions(db) };
}
