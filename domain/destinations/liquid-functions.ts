import type { Liquid } from 'liquidjs';

/**
 * Of Liquid's filters, those for text, numbers and lists that are pure and take time in proportion to what they are given. Not
 * among them: those that multiply lists, evaluate expressions, draw at random, or write HTML.
 */
const ALLOWED = new Set(
  [
    'append capitalize default downcase lstrip normalize_whitespace prepend remove remove_first remove_last replace replace_first',
    'replace_last rstrip slice split strip strip_newlines truncate truncatewords upcase url_encode',
    'abs at_least at_most ceil divided_by floor minus modulo plus round times',
    'compact first join last map reverse size sort sort_natural sum uniq',
    'date',
  ].flatMap((names) => names.split(' ')),
);

/** Takes all other filters off the engine, and puts ours in the place of those that are not safe as they are. */
export function allowFilters(engine: Liquid): void {
  for (const name of Object.keys(engine.filters)) if (!ALLOWED.has(name)) delete engine.filters[name];
  refuseTheClock(engine);

  // Liquid's takes an indentation, which makes much of little.
  engine.registerFilter('json', function (value: unknown) {
    const text = JSON.stringify(value) ?? '';
    this.context.memoryLimit.use(text.length);
    return text;
  });

  // Liquid's reads the name as an expression.
  engine.registerFilter('where', function (list: unknown, name: unknown, ...expected: unknown[]) {
    if (!Array.isArray(list)) return [];
    this.context.memoryLimit.use(list.length);
    return list.filter((item) => {
      const value = ownMember(item, String(name));
      return expected.length > 0 ? value === expected[0] : value !== undefined && value !== null && value !== false;
    });
  });
}

/** `now` is when the event occurred: a retry must say what the first attempt said. */
function refuseTheClock(engine: Liquid): void {
  const { date } = engine.filters;
  if (typeof date !== 'function') throw new Error('liquidjs has no filter date');
  engine.registerFilter('date', function (value: unknown, ...args: unknown[]) {
    const meant = value === 'now' || value === 'today' ? this.context.getSync(['event', 'occurredAt']) : value;
    return date.call(this, meant, ...args);
  });
}

function ownMember(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null && Object.hasOwn(item, name)
    ? (item as Record<string, unknown>)[name]
    : undefined;
}
