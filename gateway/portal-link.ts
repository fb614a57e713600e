import { SCOPES } from '../store/api-keys.ts';
import type { PortalMode, PortalOptions } from '../store/portal-links.ts';
import type { Caller } from './access.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';

/** How long a link may be used when the caller does not say. */
const DEFAULT_SECONDS = 3_600;

export interface WantedPortalLink {
  readOnly?: boolean | undefined;
  expiresInSeconds?: number | undefined;
  returnUrl?: string | undefined;
  /** `#rrggbb`. */
  color?: string | undefined;
  mode?: PortalMode | undefined;
  /** Dialect of endpoints and events that name none; default: the caller's. */
  dialect?: string | undefined;
}

/**
 * Makes a link into the organization's portal. The token stands in the fragment, which browsers keep to themselves, so that no
 * log, proxy or mail scanner on the way gets it. Throws `missing_scope` when the session would have a scope that the caller lacks.
 */
export async function createPortalLink(
  deps: Pick<GatewayDependencies, 'portalAccess' | 'publicUrl'>,
  caller: Caller,
  organizationId: string,
  wanted: WantedPortalLink,
): Promise<{ id: string; url: string; expiresAt: string }> {
  const readOnly = wanted.readOnly ?? false;
  const lacking = (readOnly ? (['read'] as const) : SCOPES).find((scope) => !caller.scopes.has(scope));
  if (lacking !== undefined) {
    throw new Problem('missing_scope', `A key cannot make a link that gives the scope ${lacking}, which it lacks.`);
  }
  const dialect = wanted.dialect ?? caller.dialect;
  const { returnUrl, color, mode } = wanted;
  const options: PortalOptions = {
    ...(returnUrl !== undefined && { returnUrl }),
    ...(color !== undefined && { color }),
    ...(mode !== undefined && { mode }),
    ...(dialect !== null && { dialect }),
  };
  const expiresInSeconds = wanted.expiresInSeconds ?? DEFAULT_SECONDS;
  const { link, token } = await deps.portalAccess.createLink(organizationId, { readOnly, options, expiresInSeconds });
  return { id: link.id, url: `${deps.publicUrl()}/portal#token=${token}`, expiresAt: link.expiresAt };
}
