import { z } from 'zod';
import type { Endpoint } from '../../../store/endpoints.ts';
import type { GatewayDependencies } from '../../dependencies.ts';
import { secretSettings } from '../../endpoint-schema.ts';
import { rotateSecret } from '../../endpoint-standing.ts';

const DAY_SECONDS = 24 * 3_600;

/** The rotation of a secret in systems that write snake case; all fields may be absent. `id` names the component. */
export function rotationBody(id: string) {
  return z
    .object({
      overlap_seconds: z
        .int()
        .min(0)
        .max(7 * DAY_SECONDS)
        .optional()
        .meta({ description: 'How long the old secret still signs; 0: not at all. Default: one day.' }),
      secret: secretSettings.secret,
    })
    .meta({ id })
    .nullish();
}

/** Gives the endpoint a new secret. `oldSignsUntil` (ISO) is when the old one's time is over. */
export async function rotate(
  deps: GatewayDependencies,
  standing: Endpoint,
  body: { overlap_seconds?: number | undefined; secret?: string | undefined } | null | undefined,
): Promise<{ endpoint: Endpoint; secret: string; oldSignsUntil: string }> {
  const { overlap_seconds: overlapSeconds = DAY_SECONDS, secret: wanted } = body ?? {};
  const { endpoint, secret } = await rotateSecret(deps, standing, { secret: wanted }, overlapSeconds);
  const until = deps.now() + overlapSeconds * 1_000 * deps.timeScale;
  return { endpoint, secret: secret.value, oldSignsUntil: new Date(until).toISOString() };
}
