import { z } from 'zod';
import { PORTAL_MODES, type PortalOptions } from '../store/portal-links.ts';

/** How a link wants the portal's page to look. */
export const PortalTheme = z
  .object({
    color: z.string().nullable().meta({ description: "`#rrggbb`, of buttons and links; null: the page's own." }),
    mode: z.enum(PORTAL_MODES).meta({ description: "`system`: as the reader's device is." }),
  })
  .meta({ id: 'PortalTheme' });

/** The theme of a link or a session, whole. */
export function themeOf({ color, mode }: PortalOptions): z.output<typeof PortalTheme> {
  return { color: color ?? null, mode: mode ?? 'system' };
}
