/** One step into data: a member or an element by name, or every one. */
type Step = { name: string } | 'every';

/** Where in data a value lies, read by `readFieldPath`. */
export type FieldPath = readonly Step[];

const EVERY = '*';
/** A name after a full stop (none before the first), an index or `*` in brackets, a quoted name in brackets. */
const STEP = /(\.?)([^.[\]"]+)|\[(\d+|\*)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/**
 * Reads `order.items[0].sku`: names parted by full stops; an element by its number, in brackets or as a name; `*` or `[*]`
 * for every element or member; `["a.b"]`, a JSON string, for a name with signs of its own. `undefined`: it is no such path.
 */
export function readFieldPath(text: string): FieldPath | undefined {
  const steps: Step[] = [];
  let end = 0;
  while (end < text.length) {
    STEP.lastIndex = end;
    const found = STEP.exec(text);
    const step = found && stepOf(found, end === 0);
    if (!step) return undefined;
    steps.push(step);
    end = STEP.lastIndex;
  }
  return steps.length > 0 ? steps : undefined;
}

function stepOf([, stop, plain, bracketed, quoted]: RegExpExecArray, first: boolean): Step | undefined {
  if (quoted !== undefined) return nameIn(quoted);
  if (plain !== undefined && (stop === '') !== first) return undefined;
  const name = plain ?? bracketed ?? '';
  return name === EVERY ? 'every' : { name };
}

function nameIn(quoted: string): Step | undefined {
  try {
    return { name: JSON.parse(quoted) };
  } catch {
    return undefined;
  }
}

/** What lies there: nothing, one value, or as many as `*` finds. Only own members are seen, so no prototype is. */
export function valuesAt(data: unknown, path: FieldPath): unknown[] {
  let values = [data];
  for (const step of path) values = values.flatMap((value) => within(value, step));
  return values;
}

function within(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === 'every') return Object.values(value);
  // An array has an own `length`, which is none of its elements.
  if (Array.isArray(value) && !/^\d+$/.test(step.name)) return [];
  return Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
}
