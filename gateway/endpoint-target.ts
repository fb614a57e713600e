import type { BasicAuth } from '../domain/delivery/basic-auth.ts';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import type { EndpointRules } from '../domain/dialects/rule-defaults.ts';
import type { DestinationConfig } from '../store/destination-types.ts';
import type { NewSecret } from '../store/endpoint-secrets.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { checkConfig, nativeDestination } from './destination-config.ts';
import {
  checkAuthorization,
  checkEndpointUrl,
  checkHeaders,
  checkOptions,
  chooseSecret,
  type SecretChoice,
} from './endpoint-rules.ts';
import { fieldProblem } from './errors.ts';

/** What of a new endpoint says where it goes and how it signs. */
export interface TargetInput extends SecretChoice {
  url?: string | undefined;
  /** Absent: `webhook`. */
  destination?: string | undefined;
  config?: Readonly<Record<string, unknown>> | undefined;
  headers?: readonly { name: string; value: string }[] | undefined;
  basicAuth?: BasicAuth | null | undefined;
  options?: Record<string, unknown> | undefined;
}

/** The same, checked. */
export interface Target {
  destination: string;
  url: string;
  config: DestinationConfig;
  /** Null: it signs nothing. */
  secret: NewSecret | null;
  /** In place of the dialect's. */
  rules: Partial<EndpointRules>;
}

/** The destination that is a plain HTTP call. */
export const WEBHOOK = 'webhook';

/** What has no meaning for a native destination. */
const WEBHOOK_ONLY = [
  'url',
  'headers',
  'basicAuth',
  'options',
  'acknowledge',
  'timeoutMs',
  'secret',
  'signature',
] as const;

/** What has no meaning for a webhook. */
const NATIVE_ONLY = ['config', 'templates'] as const;

/** Where it is to go, checked: a webhook's address and secret, or a native destination's configuration. */
export function checkTarget(
  deps: Pick<GatewayDependencies, 'checkUrl'>,
  input: TargetInput,
  wire: DialectWire,
): Target {
  const { url, destination = WEBHOOK, config, headers = [], basicAuth, options = {}, secret, signature } = input;
  refuseForeign(destination, input);
  if (destination !== WEBHOOK) {
    const checked = checkConfig(deps, nativeDestination(destination), config ?? {});
    // A vendor that refuses pauses the endpoint; a dialect's rule about its own webhooks must not disable it.
    const rules = { ...checked.destination.rules, disableFailureShare: null };
    return { destination, url: checked.url, config: checked.config, secret: null, rules };
  }
  if (url === undefined) throw fieldProblem('validation_failed', [{ field: 'url', rule: 'is required' }]);
  checkEndpointUrl(url, wire, deps.checkUrl);
  checkHeaders(headers, wire);
  checkAuthorization(headers, basicAuth ?? null);
  checkOptions(options, wire);
  const chosen = chooseSecret(wire, { secret, signature });
  return { destination, url, config: { plain: {}, secret: {} }, secret: chosen, rules: {} };
}

/**
 * Refuses what has no meaning for this kind: a native destination signs nothing, and its address, credentials and timeouts are its
 * configuration's.
 */
export function refuseForeign(destination: string, given: object): void {
  if (destination === WEBHOOK) refuse(NATIVE_ONLY, given, 'is only for native destinations, such as slack');
  else refuse(WEBHOOK_ONLY, given, 'is only for webhooks');
}

function refuse(names: readonly string[], given: object, rule: string) {
  const values = new Map(Object.entries(given));
  const errors = names.filter((name) => isSet(values.get(name))).map((field) => ({ field, rule }));
  if (errors.length > 0) throw fieldProblem('validation_failed', errors);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
