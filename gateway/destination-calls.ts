import { secretNames, secretValues } from '../domain/destinations/config-secrets.ts';
import type { CheckResult, ConfigFault, Destination, Steps, TokenMemory } from '../domain/destinations/destination.ts';
import type { FieldOption } from '../domain/destinations/fields.ts';
import { hiderOf } from '../domain/destinations/mask-exchange.ts';
import { runSteps } from '../domain/destinations/run-steps.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { fieldProblem } from './errors.ts';

type Ports = Pick<GatewayDependencies, 'http' | 'version'>;
type Config = Readonly<Record<string, unknown>>;

/** Looks at the vendor with read-only calls. What it finds wrong is a value; texts hold no secret of the configuration. */
export async function verifyConfig(ports: Ports, destination: Destination, config: Config): Promise<CheckResult> {
  const result = await run(ports, destination.verify({ ...config }, freshTokens()));
  const hide = hiderFor(destination, config);
  return { ...result, found: result.found.map(hide), faults: hidden(result.faults, hide) };
}

/** Values to pick for a field. `config`: what was given so far. Throws a problem where the field has none to list, or it failed. */
export async function loadOptions(
  ports: Ports,
  destination: Destination,
  field: string,
  config: Config,
): Promise<FieldOption[]> {
  const loader = Object.hasOwn(destination.options, field) ? destination.options[field] : undefined;
  if (!loader) {
    const known = Object.keys(destination.options).join(', ');
    const rule = known === '' ? 'this destination has no fields to list values for' : `must be one of: ${known}`;
    throw fieldProblem('validation_failed', [{ field: 'field', rule }]);
  }
  const result = await run(ports, loader({ ...config }, freshTokens()));
  if (Array.isArray(result)) return result;
  const [fault] = hidden([result], hiderFor(destination, config)) as [ConfigFault];
  throw fieldProblem('destination_refused', [
    { field: fault.field === '' ? 'config' : `config.${fault.field}`, rule: fault.rule },
  ]);
}

function run<Result>({ http, version }: Ports, steps: Steps<Result>): Promise<Result> {
  const userAgent = `Waybill/${version}`;
  return runSteps(steps, {
    exchange: (request) => http.exchange({ ...request, headers: { ...request.headers, 'user-agent': userAgent } }),
    nowMs: () => performance.now(),
    onExchange: () => undefined,
  });
}

function hiderFor(destination: Destination, config: Config) {
  return hiderOf(secretValues(Object.fromEntries(secretNames(destination.fields).map((name) => [name, config[name]]))));
}

function hidden(faults: readonly ConfigFault[], hide: (text: string) => string): ConfigFault[] {
  return faults.map(({ field, rule }) => ({ field, rule: hide(rule) }));
}

/** For the calls of one look: nothing is kept. */
export function freshTokens(): TokenMemory {
  let known: string | undefined;
  return {
    get: () => known,
    set(token) {
      known = token;
    },
    clear() {
      known = undefined;
    },
  };
}
