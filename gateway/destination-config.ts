import type { z } from 'zod';
import { MASK } from '../domain/delivery/mask.ts';
import { configFaults, configSchema, withDefaults } from '../domain/destinations/config-schema.ts';
import { mergeConfig, secretNames, splitConfig } from '../domain/destinations/config-secrets.ts';
import type { Destination } from '../domain/destinations/destination.ts';
import { destinationOf } from '../domain/destinations/destinations.ts';
import { isAsked } from '../domain/destinations/fields.ts';
import { checkConfigTemplates, templateRule } from '../domain/destinations/templates.ts';
import type { DestinationConfig } from '../store/destination-types.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { checkCalledUrl } from './endpoint-rules.ts';
import { zodFieldErrors } from './error-handler.ts';
import { fieldProblem } from './errors.ts';

/** A configuration that keeps every rule, apart by what may be shown. */
export interface CheckedConfig {
  destination: Destination;
  /** Without secrets: what lists and titles show. */
  url: string;
  config: DestinationConfig;
  /** All of it, secrets in clear and defaults filled in, as the destination takes it. */
  full: Record<string, unknown>;
}

/** The native destination of this kind. Throws for one that is none. */
export function nativeDestination(kind: string): Destination {
  const destination = destinationOf(kind);
  if (!destination) throw new Error(`destination ${kind} is unknown to this version`);
  return destination;
}

/** Checks a whole configuration. Throws a problem naming each field as `config.<field>`, never a value. */
export function checkConfig(
  deps: Pick<GatewayDependencies, 'checkUrl'>,
  destination: Destination,
  given: Readonly<Record<string, unknown>>,
): CheckedConfig {
  checkValues(deps, destination, given, configSchema(destination.fields));
  const faults = [
    ...secretNames(destination.fields)
      .filter((name) => given[name] === MASK)
      .map((field) => ({ field, rule: 'is masked, and no secret is stored for it: give it in clear' })),
    ...configFaults(destination, given),
    ...checkConfigTemplates(destination.fields, given).map((fault) => ({
      field: fault.field,
      rule: templateRule(fault),
    })),
  ];
  if (faults.length > 0) {
    const errors = faults.map(({ field, rule }) => ({ field: field === '' ? 'config' : `config.${field}`, rule }));
    throw fieldProblem('validation_failed', errors);
  }
  const full = withDefaults(destination.fields, given);
  return { destination, url: destination.address(full), config: splitConfig(destination.fields, given), full };
}

/** Checks a configuration that a form has so far: what it holds, and not what it lacks. Throws as `checkConfig` does. */
export function checkUnfinished(
  deps: Pick<GatewayDependencies, 'checkUrl'>,
  destination: Destination,
  given: Readonly<Record<string, unknown>>,
): void {
  checkValues(deps, destination, given, configSchema(destination.fields).partial());
}

function checkValues(
  deps: Pick<GatewayDependencies, 'checkUrl'>,
  { fields }: Destination,
  given: Readonly<Record<string, unknown>>,
  schema: z.ZodObject,
): void {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw fieldProblem('validation_failed', zodFieldErrors(parsed.error, ['config']));
  for (const { name, kind } of fields) {
    const value = given[name];
    if (kind === 'url' && typeof value === 'string') checkCalledUrl(`config.${name}`, value, [deps.checkUrl]);
  }
}

/**
 * The configuration of a saved endpoint after a change: absent fields stay, null takes one away, a masked secret is the stored
 * one. What the change makes pointless goes with it.
 */
export function changedConfig(
  deps: Pick<GatewayDependencies, 'checkUrl'>,
  destination: Destination,
  stored: DestinationConfig,
  change: Readonly<Record<string, unknown>>,
): CheckedConfig {
  const merged = withStored(destination, stored, change);
  const kept = destination.fields.filter((field) => field.name in change || isAsked(field, merged, destination.fields));
  const names = new Set([...kept.map((field) => field.name), ...Object.keys(change)]);
  return checkConfig(deps, destination, Object.fromEntries(Object.entries(merged).filter(([name]) => names.has(name))));
}

/**
 * A configuration with what is stored filled in. Throws where a stored secret would go to another host than it was given for: whoever
 * may change an endpoint could have it sent to themselves.
 */
export function withStored(
  { fields }: Destination,
  stored: DestinationConfig,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = mergeConfig({ ...stored.plain, ...stored.secret }, change);
  const before = withDefaults(fields, stored.plain);
  const moved = fields.some(
    ({ name, kind, secret }) =>
      kind === 'url' && !secret && merged[name] !== undefined && originOf(merged[name]) !== originOf(before[name]),
  );
  const reused = fields
    .filter((field) => field.name in stored.secret && isAsked(field, merged, fields))
    .map(({ name }) => name)
    .filter((name) => change[name] === undefined || change[name] === MASK);
  if (moved && reused.length > 0) {
    const rule = 'must be given again: it would go to another address than before';
    throw fieldProblem(
      'validation_failed',
      reused.map((name) => ({ field: `config.${name}`, rule })),
    );
  }
  return merged;
}

function originOf(address: unknown): string | undefined {
  return typeof address === 'string' ? URL.parse(address)?.origin : undefined;
}
