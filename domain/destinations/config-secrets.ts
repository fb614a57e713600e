import { MASK } from '../delivery/mask.ts';
import type { DestinationField } from './fields.ts';

/** Names of the fields that hold a secret. */
export function secretNames(fields: readonly DestinationField[]): string[] {
  return fields.filter((field) => field.secret).map((field) => field.name);
}

/** A configuration apart by what may be shown. Fields that are not declared are left out. */
export function splitConfig(
  fields: readonly DestinationField[],
  config: Readonly<Record<string, unknown>>,
): { plain: Record<string, unknown>; secret: Record<string, unknown> } {
  const pick = (secret: boolean) =>
    Object.fromEntries(
      fields.flatMap(({ name, secret: isSecret }) =>
        isSecret === secret && config[name] !== undefined ? [[name, config[name]]] : [],
      ),
    );
  return { plain: pick(false), secret: pick(true) };
}

/** As it may be shown: secrets that are set are masked. */
export function maskedConfig(plain: Readonly<Record<string, unknown>>, secretNames: readonly string[]) {
  return { ...plain, ...Object.fromEntries(secretNames.map((name) => [name, MASK])) };
}

/** With what was shown masked filled in from what is stored; a field set to null is taken away. */
export function mergeConfig(
  standing: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...standing };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else if (value !== MASK) merged[name] = value;
  }
  return merged;
}

/** The secret values of a configuration, as they must never be seen. */
export function secretValues(secret: Readonly<Record<string, unknown>>): string[] {
  return Object.values(secret).filter((value) => typeof value === 'string');
}
