import { CONFIG_TABLE, type Config, type ConfigRow } from './config-table.ts';

export type { Config } from './config-table.ts';

/** One thing wrong with the environment. "<variable> <rule>" is a sentence; `got` is absent for secrets. */
export interface ConfigFault {
  variable: string;
  rule: string;
  got?: string;
}

/** Text by name of variable, as in `process.env`. Empty text counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable with its description, default and whether it is secret, for help texts and the documentation. */
export function configTable(): ConfigRow[] {
  return Object.values(CONFIG_TABLE);
}

/**
 * Reads the configuration out of an environment, or reports all that is wrong with it at once. A `WAYBILL_` variable
 * that does not exist is a fault too, so that a misspelt one is not silently without effect.
 */
export function loadConfig(env: Environment): { ok: true; config: Config } | { ok: false; faults: ConfigFault[] } {
  const faults: ConfigFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<ConfigRow>(CONFIG_TABLE)) {
    const text = textOf(row, env);
    if (text === undefined) {
      values[name] = undefined;
      continue;
    }
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else for (const issue of parsed.error.issues) faults.push(aFault(row, issue.message, text));
  }
  faults.push(...unknownVariables(env));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config: values as Config };
}

function textOf(row: ConfigRow, env: Environment): string | undefined {
  const text = env[row.variable];
  if (text && !isServiceLink(row.variable, text)) return text;
  return env.DATABASE_URL && row.defaultWithDatabase ? row.defaultWithDatabase : row.default;
}

function aFault(row: ConfigRow, rule: string, got: string): ConfigFault {
  // An "@" may stand behind a password, as in a URL that was put into the wrong variable.
  const isShown = !row.secret && !got.includes('@');
  return { variable: row.variable, rule, ...(isShown ? { got } : {}) };
}

function unknownVariables(env: Environment): ConfigFault[] {
  const known = configTable().map((row) => row.variable);
  return Object.entries(env)
    .filter(([name, text]) => name.startsWith('WAYBILL_') && !known.includes(name) && !isServiceLink(name, text ?? ''))
    .map(([variable]) => {
      const nearest = known
        .map((name) => ({ name, distance: editDistance(variable, name) }))
        .reduce((best, next) => (next.distance < best.distance ? next : best));
      const hint = nearest.distance <= variable.length / 4 ? `; did you mean ${nearest.name}?` : '';
      return { variable, rule: `is not a variable of Waybill${hint}` };
    });
}

/**
 * Kubernetes puts such variables into every container beside a Service called `waybill`, `WAYBILL_PORT=tcp://…` among
 * them. Source: Kubernetes, "Service", environment variables.
 */
function isServiceLink(name: string, text: string): boolean {
  return /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name) || /^(tcp|udp|sctp):\/\//.test(text);
}

/** Letters to insert, delete or replace to make one text of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const current = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
