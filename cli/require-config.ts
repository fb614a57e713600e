import { type Config, type ConfigFault, type Environment, loadConfig } from './config.ts';

/** Config that can be used; throws an error that lists every fault by variable. */
export function requireConfig(environment: Environment): Config {
  const loaded = loadConfig(environment);
  if (loaded.ok) return loaded.config;
  throw new Error(
    `the environment cannot be used:\n${loaded.faults.map((fault) => `  ${describeFault(fault)}`).join('\n')}`,
  );
}

/** "<variable> <rule> (got: <text>)", the latter only where it may be shown. */
export function describeFault({ variable, rule, got }: ConfigFault): string {
  return `${variable} ${rule}${got === undefined ? '' : ` (got: ${got})`}`;
}
