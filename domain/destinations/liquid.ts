import {
  CaptureTag,
  CaseTag,
  Context,
  type Emitter,
  Liquid,
  LiquidError,
  type Template,
  TokenKind,
  toValue,
  toValueSync,
} from 'liquidjs';
import { allowFilters, boundOperators } from './liquid-functions.ts';

/** Of one template, in UTF-16 units. */
export const MAX_TEMPLATE_LENGTH = 10_000;
/** Of what one template gives; the longest text that a vendor takes is no longer. */
export const MAX_OUTPUT_LENGTH = 20_000;
/** Rendering is looked at between any two parts of a template; a usual one takes less than one. */
const RENDER_LIMIT_MS = 250;
/** Elements and characters that filters may take and give; a few texts as long as an event may be. */
const MEMORY_LIMIT = 5_000_000;
const MAX_RANGE_END = 1_000;
const CACHED_TEMPLATES = 200;

/** Those that compute and print; what reads other templates, writes HTML tables or counts across templates is left out. */
const TAGS = new Set('# assign break capture case comment continue cycle echo for if liquid raw unless'.split(' '));

/** Thrown for a template that breaks a rule, when it is read or when it is rendered. Line and column count from 1. */
export class LiquidFault extends Error {
  override readonly name = 'LiquidFault';
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly rule: string;

  constructor(rule: string, line: number, column: number) {
    super(`line ${line}, column ${column}: ${rule}`);
    this.rule = rule;
    this.line = line;
    this.column = column;
  }
}

/** Liquid's own would grow as long as time lasts. */
class BoundedText implements Emitter {
  buffer = '';

  write(value: unknown): void {
    this.buffer += textOf(value);
    if (this.buffer.length > MAX_OUTPUT_LENGTH) throw new Error(`more than ${MAX_OUTPUT_LENGTH} characters`);
  }
}

class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const text = new BoundedText();
    yield this.liquid.renderer.renderTemplates(this.templates, context, text);
    context.bottom()[this.variable] = text.buffer;
  }
}

/** Comparing two lists takes as long as they are, and a case may compare hundreds of times without a look at the time. */
class CaseOfOneValue extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    if (Array.isArray(toValue(yield this.value.value(context)))) throw new Error('case takes one value, not a list');
    yield super.render(context, emitter);
  }
}

const liquid = anEngine();
const read = new Map<string, Template[]>();

function anEngine(): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: MAX_TEMPLATE_LENGTH,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    // In place of files.
    templates: {},
    timezoneOffset: 0,
    locale: 'en-US',
  });
  allowFilters(engine);
  boundOperators(engine);
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
  engine.registerTag('capture', BoundedCapture);
  engine.registerTag('case', CaseOfOneValue);
  return engine;
}

/** Reads a template, as rendering does, and throws `LiquidFault` if it cannot be read. */
export function checkLiquid(template: string): void {
  parse(template);
}

/**
 * What the template gives with these names; missing ones are empty. Throws `LiquidFault` for what fails or is too much: time,
 * memory or output.
 */
export function renderLiquid(template: string, scope: Readonly<Record<string, unknown>>): string {
  const templates = parse(template);
  const text = new BoundedText();
  try {
    toValueSync(
      liquid.renderer.renderTemplates(templates, new Context({ ...scope }, liquid.options, { sync: true }), text),
    );
  } catch (error) {
    throw faultOf(error);
  }
  // Filters may cut a character in half.
  return text.buffer.toWellFormed();
}

function parse(template: string): Template[] {
  const known = read.get(template);
  if (known) return known;
  if (template.length > MAX_TEMPLATE_LENGTH) throw new LiquidFault(`more than ${MAX_TEMPLATE_LENGTH} characters`, 1, 1);
  try {
    const templates = liquid.parse(template);
    refuseWideRanges(templates);
    const [oldest] = read.keys();
    if (read.size >= CACHED_TEMPLATES && oldest !== undefined) read.delete(oldest);
    read.set(template, templates);
    return templates;
  } catch (error) {
    throw faultOf(error);
  }
}

interface RangeLike {
  kind: number;
  lhs: { content?: unknown };
  rhs: { content?: unknown };
  getPosition(): [line: number, column: number];
}

/**
 * Liquid counts a range out in floating point before anything limits it, and from 2^53 on for ever: only small written numbers
 * may be its ends. Ranges lie anywhere in what was read.
 */
function refuseWideRanges(templates: Template[]): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [templates];
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (typeof part !== 'object' || part === null || part instanceof Liquid || seen.has(part)) continue;
    seen.add(part);
    if (isRange(part) && !(isSmall(part.lhs.content) && isSmall(part.rhs.content))) {
      const [line, column] = part.getPosition();
      throw new LiquidFault(`a range goes from one written number to another, up to ${MAX_RANGE_END}`, line, column);
    }
    waiting.push(...Object.values(part));
  }
}

function isRange(part: object): part is RangeLike {
  return 'kind' in part && part.kind === TokenKind.Range;
}

function isSmall(end: unknown): boolean {
  return typeof end === 'number' && Math.abs(end) <= MAX_RANGE_END;
}

/** As Liquid writes values, but objects as JSON. */
function textOf(given: unknown): string {
  const value = toValue(given);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join('');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const MAX_RULE_LENGTH = 200;

function faultOf(error: unknown): LiquidFault {
  if (error instanceof LiquidFault) return error;
  const [line = 1, column = 1] = LiquidError.is(error) ? error.token.getPosition() : [];
  const message = error instanceof Error ? error.message : 'cannot be read';
  return new LiquidFault(message.replace(/, line:\d+, col:\d+$/, '').slice(0, MAX_RULE_LENGTH), line, column);
}
