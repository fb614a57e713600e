import type { BasicAuth } from '../domain/delivery/basic-auth.ts';
import { MASK } from '../domain/delivery/mask.ts';
import { ACKNOWLEDGED_CONCURRENCY, ACKNOWLEDGED_TIMEOUT_MS } from '../domain/delivery/retry-policy.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { type EndpointRules, ruleDefaults } from '../domain/dialects/rule-defaults.ts';
import { wireOf } from '../domain/dialects/wires.ts';
import type { NewSecret } from '../store/endpoint-secrets.ts';
import type { Endpoint, EndpointSettings } from '../store/endpoints.ts';
import { hurryRefused, withdrawDeliveries } from './control.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { changedConfig, nativeDestination } from './destination-config.ts';
import {
  authorizationTwice,
  checkEndpointUrl,
  checkHeaders,
  checkOptions,
  type SecretChoice,
} from './endpoint-rules.ts';
import { checkTarget, refuseForeign, WEBHOOK } from './endpoint-target.ts';
import { fieldProblem, Problem } from './errors.ts';

/** Settings as a caller gives them: absent ones are the dialect's own at creation, and stay at a change. */
type GivenSettings = { [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined };

/** An endpoint to be created, in our words, whoever's API asked for it. */
export interface EndpointInput extends GivenSettings, SecretChoice {
  dialect: string;
  /** Of a webhook; a native destination has its address in `config`. */
  url?: string | undefined;
  /** Absent: `webhook`. */
  destination?: string | undefined;
  config?: Readonly<Record<string, unknown>> | undefined;
  headers?: readonly { name: string; value: string }[] | undefined;
  basicAuth?: BasicAuth | null | undefined;
  /** `true`: it gets no events until it is enabled. */
  disabled?: boolean | undefined;
  /** `test`: it stands for `TEST_LEASE_MS`, and nothing is sent to it a second time. */
  mode?: 'test' | undefined;
}

/** A change of an endpoint. `headers` replaces the whole list; a masked value or password keeps the stored one. */
export interface EndpointChange extends GivenSettings {
  headers?: readonly { name: string; value: string }[] | undefined;
  basicAuth?: BasicAuth | null | undefined;
  /** Of a native destination: absent fields stay, null takes one away, a masked secret keeps the stored one. */
  config?: Readonly<Record<string, unknown>> | undefined;
}

/** Reason of endpoints that were disabled by their owner, as against by a rule. */
export const REQUESTED = 'requested';

/** As long as n8n listens for a test event. Real time: whoever listens has a clock of his own. */
const TEST_LEASE_MS = 120_000;

const NO_SETTINGS: Omit<EndpointSettings, 'url' | keyof EndpointRules> = {
  description: '',
  eventTypes: null,
  presenceName: null,
  userId: null,
  filter: null,
  templates: null,
  options: {},
  retryDelaysMs: null,
  timeoutMs: null,
  maxConcurrency: null,
  acknowledge: null,
};

/** Of endpoints that acknowledge, where they say nothing else. */
const ACKNOWLEDGING = { maxConcurrency: ACKNOWLEDGED_CONCURRENCY, timeoutMs: ACKNOWLEDGED_TIMEOUT_MS };

/** Checks and creates. The secret is what the customer is shown once; null where nothing is signed. Throws a problem for everything that breaks a rule. */
export async function createEndpoint(
  deps: GatewayDependencies,
  organizationId: string,
  input: EndpointInput,
): Promise<{ endpoint: Endpoint; secret: NewSecret | null }> {
  const { dialect, headers = [], basicAuth = null, disabled, mode, ...rest } = input;
  const { url: _, destination: __, config: ___, secret: ____, signature: _____, ...settings } = rest;
  const wire = knownWire(dialect);
  const target = checkTarget(deps, input, wire);
  const created = await deps.endpoints.create(
    organizationId,
    {
      ...NO_SETTINGS,
      ...ruleDefaults(wire.limits),
      ...target.rules,
      ...(settings.acknowledge && ACKNOWLEDGING),
      ...definedOnly(settings),
      ...(mode === 'test' && { retryDelaysMs: [], leaseMs: TEST_LEASE_MS }),
      dialect,
      destination: target.destination,
      url: target.url,
      config: target.config,
      headers: [...headers],
      basicAuth,
      secret: target.secret,
      disabledReason: disabled ? REQUESTED : null,
    },
    // The system knows of nothing but webhooks.
    target.destination === WEBHOOK ? wire.limits.maxEndpoints : undefined,
  );
  if (created.kind === 'limit_reached') {
    const limit = `${dialect} allows ${wire.limits.maxEndpoints} endpoints per organization`;
    throw new Problem('endpoint_limit_reached', limit);
  }
  return { endpoint: created.endpoint, secret: target.secret };
}

/** As `createEndpoint`, of a webhook: it always signs. */
export async function createWebhook(
  deps: GatewayDependencies,
  organizationId: string,
  input: Omit<EndpointInput, 'destination' | 'config'> & { url: string },
): Promise<{ endpoint: Endpoint; secret: NewSecret }> {
  const { endpoint, secret } = await createEndpoint(deps, organizationId, input);
  if (secret === null) throw new Error('a webhook was created without a secret');
  return { endpoint, secret };
}

/** The organization's endpoint of this id, of this dialect where one is given. Throws `not_found`. */
export async function findEndpoint(
  deps: Pick<GatewayDependencies, 'endpoints'>,
  organizationId: string,
  id: string,
  dialect?: string,
): Promise<Endpoint> {
  const endpoint = await deps.endpoints.get(organizationId, id);
  if (!endpoint) throw endpointNotFound();
  // A system's own API knows nothing of native destinations.
  if (dialect !== undefined && (endpoint.dialect !== dialect || endpoint.destination !== WEBHOOK))
    throw endpointNotFound();
  return endpoint;
}

/** Checks and applies a change. Throws a problem for everything that breaks a rule; nothing is changed then. */
export async function changeEndpoint(
  deps: GatewayDependencies,
  standing: Endpoint,
  change: EndpointChange,
): Promise<Endpoint> {
  const { headers: given, basicAuth, config, ...settings } = change;
  const wire = knownWire(standing.dialect);
  refuseForeign(standing.destination, change);
  if (settings.url !== undefined) checkEndpointUrl(settings.url, wire, deps.checkUrl);
  const headers = given?.map(({ name, value }) => ({ name, value: unlessMasked(value) }));
  if (headers) checkHeaders(headers, wire);
  if (settings.options) checkOptions(settings.options, wire);
  const startsToAcknowledge = settings.acknowledge && !standing.acknowledge;
  const updated = await deps.endpoints.update(standing.organizationId, standing.id, {
    ...(startsToAcknowledge && {
      maxConcurrency: standing.maxConcurrency ?? ACKNOWLEDGING.maxConcurrency,
      timeoutMs: standing.timeoutMs ?? ACKNOWLEDGING.timeoutMs,
    }),
    ...definedOnly(settings),
    ...(config && {
      config: (stored) => changedConfig(deps, nativeDestination(standing.destination), stored, config),
    }),
    ...(headers && { headers }),
    ...(basicAuth !== undefined && {
      basicAuth: basicAuth && { ...basicAuth, password: unlessMasked(basicAuth.password) },
    }),
  });
  switch (updated.kind) {
    case 'updated':
      if (config) await hurryRefused(deps, standing.id);
      return updated.endpoint;
    case 'unknown_header':
      throw fieldProblem('validation_failed', [{ field: 'headers', rule: `no value is stored for ${updated.name}` }]);
    case 'unknown_password':
      throw fieldProblem('validation_failed', [{ field: 'basicAuth.password', rule: 'no password is stored' }]);
    case 'authorization_twice':
      throw authorizationTwice();
    case 'not_found':
      throw endpointNotFound();
  }
}

/** Null for a value that was shown masked and is to stay. */
function unlessMasked(value: string): string | null {
  return value === MASK ? null : value;
}

/** Deletes it and cancels what waits for it; what was delivered stays readable. Throws `not_found`. */
export async function deleteEndpoint(
  deps: GatewayDependencies,
  endpoint: Pick<Endpoint, 'organizationId' | 'id'>,
): Promise<void> {
  if (!(await deps.endpoints.remove(endpoint.organizationId, endpoint.id))) throw endpointNotFound();
  await withdrawDeliveries(deps, endpoint.id, 'endpoint_deleted');
}

/** The answer where an endpoint is not the caller's or not at all. */
export function endpointNotFound(): Problem {
  return new Problem('not_found', 'There is no endpoint of this id.');
}

/** The wire of a dialect whose name was checked; throws for a stored one that this version no longer knows. */
export function knownWire(dialect: string): DialectWire {
  const wire = wireOf(dialect);
  if (!wire) throw new Error(`dialect ${dialect} is unknown to this version`);
  return wire;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that are undefined, which the store would write as null. */
function definedOnly<T extends object>(fields: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
