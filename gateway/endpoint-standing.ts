import type { NewSecret } from '../store/endpoint-secrets.ts';
import type { Endpoint } from '../store/endpoints.ts';
import { withdrawDeliveries } from './control.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { chooseSecret, type SecretChoice } from './endpoint-rules.ts';
import { Problem } from './errors.ts';
import { endpointNotFound, findEndpoint, knownWire, REQUESTED } from './manage-endpoint.ts';

/** Gives it a new secret; the old one signs for `overlapSeconds` more as its dialect has it, 0: not at all. */
export async function rotateSecret(
  deps: GatewayDependencies,
  standing: Endpoint,
  choice: SecretChoice,
  overlapSeconds: number,
): Promise<{ endpoint: Endpoint; secret: NewSecret }> {
  const { organizationId, id, dialect } = standing;
  if (standing.destination !== 'webhook') throw new Problem('wrong_state', 'A native destination signs nothing.');
  const scheme = await deps.endpoints.currentScheme(organizationId, id);
  const wire = knownWire(dialect);
  // A fresh secret is of the kind that the receivers verify already.
  const fresh = { signature: choice.signature ?? scheme };
  const secret = chooseSecret(wire, choice.secret === undefined ? fresh : choice);
  const overlapMs = Math.round(overlapSeconds * 1000 * deps.timeScale);
  // Where the oldest signs, an earlier one must not keep the old one, or the new one, from signing.
  const expiring = wire.secret.duringOverlap === 'oldest' ? 'end_too' : 'keep';
  const endpoint = await deps.endpoints.rotateSecret(organizationId, id, secret, overlapMs, expiring);
  if (!endpoint) throw endpointNotFound();
  return { endpoint, secret };
}

/** Disables it and cancels what waits for it. */
export async function disableEndpoint(deps: GatewayDependencies, standing: Endpoint): Promise<Endpoint> {
  const { organizationId, id } = standing;
  await deps.endpoints.disable(organizationId, id, REQUESTED);
  // Also when it was disabled before: the process may have died between flag and cancelling.
  await withdrawDeliveries(deps, id, 'endpoint_disabled');
  return findEndpoint(deps, organizationId, id);
}

/** Lets it have events from now on. */
export async function enableEndpoint(deps: GatewayDependencies, standing: Endpoint): Promise<Endpoint> {
  await deps.endpoints.enable(standing.organizationId, standing.id);
  return findEndpoint(deps, standing.organizationId, standing.id);
}

/** Enables or disables it, in APIs where that is a field of a change; `undefined` leaves it. */
export async function switchEndpoint(
  deps: GatewayDependencies,
  standing: Endpoint,
  active: boolean | undefined,
): Promise<Endpoint> {
  if (active === undefined) return standing;
  return active ? enableEndpoint(deps, standing) : disableEndpoint(deps, standing);
}
