import type { Environment } from './config.ts';
import { CONFIG_TABLE, type Config } from './config-table.ts';
import { requireConfig } from './require-config.ts';

type Name = keyof Config;
type With<Names extends Name> = Config & { [N in Names]: NonNullable<Config[N]> };

/**
 * Configuration of a process that shares its work with others: what `waybill up` would make up for itself has to be given, since
 * each process would make up another. Throws an error that lists every variable that is missing.
 */
export function requireShared<Names extends Name>(environment: Environment, names: readonly Names[]): With<Names> {
  const config = requireConfig(environment);
  const missing = names.filter((name) => config[name] === undefined);
  if (missing.length === 0) return config as With<Names>;
  const lines = missing.map((name) => `  ${CONFIG_TABLE[name].variable}: ${CONFIG_TABLE[name].description}`);
  throw new Error(`processes of their own share everything, so this must be set:\n${lines.join('\n')}`);
}
