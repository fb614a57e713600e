import type { Context, FilterImplOptions, Liquid } from 'liquidjs';

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
/** They read an argument again and again, as a path for every element or sign by sign. */
const READING = new Set('date map sort sort_natural sum where'.split(' '));
const MAX_READ_LENGTH = 256;
/** Of any argument, and of what is looked for by `contains`: searching takes as long as both texts multiplied. */
const MAX_ARGUMENT_LENGTH = 20_000;

type Handler = Extract<FilterImplOptions, (...args: never[]) => unknown>;

/** Takes all other filters off the engine, puts ours in the place of those that are not safe as they are, and bounds each. */
export function allowFilters(engine: Liquid): void {
  for (const name of Object.keys(engine.filters)) if (!ALLOWED.has(name)) delete engine.filters[name];

  // Liquid's takes an indentation, which makes much of little.
  engine.registerFilter('json', (value: unknown) => JSON.stringify(value) ?? '');

  // Liquid's reads the name as an expression.
  engine.registerFilter('where', function (list: unknown, name: unknown, ...expected: unknown[]) {
    if (!Array.isArray(list)) return [];
    this.context.memoryLimit.use(list.length);
    return list.filter((item) => {
      const value = ownMember(item, String(name));
      return expected.length > 0 ? value === expected[0] : value !== undefined && value !== null && value !== false;
    });
  });

  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter === 'function') engine.registerFilter(name, bounded(engine, name, filter));
  }
  refuseTheClock(engine);
}

/** Looks at the time before a filter runs, and counts what it gives: many stand in one output, between two looks of Liquid's. */
function bounded(engine: Liquid, name: string, filter: Handler): Handler {
  const maxLength = READING.has(name) ? MAX_READ_LENGTH : MAX_ARGUMENT_LENGTH;
  return function* (value: unknown, ...args: unknown[]): Generator<unknown, unknown, unknown> {
    checkTime(engine, this.context);
    for (const argument of args) checkLength(argument, maxLength);
    const result = yield filter.call(this, value, ...args);
    if (typeof result === 'string') this.context.memoryLimit.use(result.length);
    return result;
  };
}

/** The same for `==`, `contains`, `and` and the rest, of which a condition may have hundreds. */
export function boundOperators(engine: Liquid): void {
  const operators = Object.entries(engine.options.operators).map(([name, operator]) => [
    name,
    function* (...args: [unknown, unknown, Context]): Generator<unknown, unknown, unknown> {
      checkTime(engine, args.at(-1) as Context);
      if (name === 'contains') checkLength(args[1], MAX_ARGUMENT_LENGTH);
      return yield operator(...args);
    },
  ]);
  engine.options.operators = Object.fromEntries(operators);
}

/** Rendering nothing looks at the time. */
function checkTime(engine: Liquid, context: Context): void {
  engine.renderer.renderTemplates([], context).next();
}

function checkLength(argument: unknown, max: number): void {
  if (typeof argument === 'string' && argument.length > max) {
    throw new Error(`more than ${max} characters in an argument`);
  }
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
