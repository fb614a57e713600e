import type { WireEvent } from '../dialects/dialect.ts';
import type { DestinationField } from './fields.ts';
import { checkLiquid, LiquidFault, renderLiquid } from './liquid.ts';
import type { Message } from './message.ts';

/** What an endpoint's messages say instead of the event type's own words: Liquid templates, absent ones change nothing. */
export interface Templates {
  title?: string | undefined;
  text?: string | undefined;
  /** What events share a message or ticket by: the same text, the same subject. Empty: the event type's own. */
  subject?: string | undefined;
  /** All rows of the message; those that come out empty are left out. */
  fields?: TemplateField[] | undefined;
}

export interface TemplateField {
  /** Plain text. */
  label: string;
  value: string;
}

/** A template that cannot be used: `title`, `fields.0.value`, and what is wrong in which line and column, both from 1. */
export interface TemplateFault {
  field: string;
  rule: string;
  line: number;
  column: number;
}

/** The fault in words, its place included. */
export function templateRule({ line, column, rule }: TemplateFault): string {
  return `line ${line}, column ${column}: ${rule}`;
}

/** Thrown when a template fails for an event, or takes too long, too much memory or too many characters. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Which, as the API names it: `templates.title`, `config.fields.customfield_1`. */
  readonly field: string;
  /** What is wrong, its place included. */
  readonly rule: string;

  constructor(field: string, fault: LiquidFault) {
    super(`${field}: ${fault.message}`);
    this.field = field;
    this.rule = fault.message;
  }
}

/** What of an event templates may use. */
export type TemplateEvent = Pick<WireEvent, 'id' | 'dialect' | 'type' | 'data' | 'occurredAt'>;

type Scope = Readonly<Record<string, unknown>>;

/** Named template by template, as the API names them. */
type Named = readonly [field: string, template: string];

/** Templates that cannot be read, or fail for an event that has nothing in it; empty when all may be used. */
export function checkTemplates(templates: Templates): TemplateFault[] {
  return faultsOf(namedTemplates(templates));
}

/** The same of the `map` fields of a destination that hold templates. A field is named `fields.customfield_1`. */
export function checkConfigTemplates(
  fields: readonly DestinationField[],
  config: Readonly<Record<string, unknown>>,
): TemplateFault[] {
  return faultsOf(
    templatedFields(fields).flatMap(({ name }) =>
      Object.entries(textsIn(config[name])).map(([key, template]): Named => [`${name}.${key}`, template]),
    ),
  );
}

/**
 * The message with what the endpoint's templates say in place of its own words; null changes nothing. Templates see `event`,
 * `data` and `message`. A title that comes out empty leaves the message's own. Throws `TemplateError`.
 */
export function applyTemplates(templates: Templates | null, event: TemplateEvent, message: Message): Message {
  if (templates === null) return message;
  const scope = scopeOf(event, message);
  const { title, text, subject, fields } = templates;
  const rendered = (field: string, template: string | undefined) =>
    template === undefined ? undefined : render([field, template], scope).trim();
  const ownSubject = rendered('templates.subject', subject);
  return {
    ...message,
    title: rendered('templates.title', title) || message.title,
    text: rendered('templates.text', text) ?? message.text,
    subject: ownSubject ? `${event.dialect}:custom:${ownSubject}` : message.subject,
    fields:
      fields
        ?.map(({ label, value }, i) => ({ label, value: rendered(`templates.fields.${i}.value`, value) ?? '' }))
        .filter(({ value }) => value !== '') ?? message.fields,
  };
}

/**
 * A destination's configuration with the templates in its `map` fields rendered; entries that come out empty are left out.
 * `message` is what is sent, templates applied. Throws `TemplateError`.
 */
export function applyToConfig<Config extends object>(
  fields: readonly DestinationField[],
  config: Config,
  event: TemplateEvent,
  message: Message,
): Config {
  const scope = scopeOf(event, message);
  const given = config as Readonly<Record<string, unknown>>;
  const rendered = templatedFields(fields)
    .filter(({ name }) => given[name] !== undefined)
    .map(({ name }) => [name, renderedTexts(name, textsIn(given[name]), scope)]);
  return { ...config, ...Object.fromEntries(rendered) };
}

function renderedTexts(name: string, texts: Record<string, string>, scope: Scope): Record<string, string> {
  const entries = Object.entries(texts).map(([key, template]) => [
    key,
    render([`config.${name}.${key}`, template], scope).trim(),
  ]);
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

/** Maps that a destination fills records with, as against those that translate our words into its own. */
function templatedFields(fields: readonly DestinationField[]): readonly DestinationField[] {
  return fields.filter(({ name, kind }) => kind === 'map' && name === 'fields');
}

function textsIn(map: unknown): Record<string, string> {
  const entries = Object.entries(map ?? {}).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(entries) as Record<string, string>;
}

function namedTemplates({ title, text, subject, fields = [] }: Templates): Named[] {
  const single = Object.entries({ title, text, subject }) as [string, string | undefined][];
  return [
    ...single.flatMap(([field, template]): Named[] => (template === undefined ? [] : [[field, template]])),
    ...fields.map(({ value }, i): Named => [`fields.${i}.value`, value]),
  ];
}

const NOTHING: TemplateEvent = { id: '', dialect: '', type: '', data: {}, occurredAt: '1970-01-01T00:00:00.000Z' };
const NOTHING_SAID = { title: '', text: '', severity: 'info', subject: '', link: null, resolved: false } as const;

function faultsOf(named: readonly Named[]): TemplateFault[] {
  return named.flatMap(([field, template]) => {
    try {
      checkLiquid(template);
      renderLiquid(template, scopeOf(NOTHING, NOTHING_SAID));
      return [];
    } catch (error) {
      if (!(error instanceof LiquidFault)) throw error;
      const { rule, line, column } = error;
      return [{ field, rule, line, column }];
    }
  });
}

function render([field, template]: Named, scope: Scope): string {
  try {
    return renderLiquid(template, scope);
  } catch (error) {
    throw error instanceof LiquidFault ? new TemplateError(field, error) : error;
  }
}

function scopeOf(
  { id, type, dialect, occurredAt, data }: TemplateEvent,
  { title, text, severity, subject, link, resolved }: Pick<Message, keyof typeof NOTHING_SAID>,
): Scope {
  return {
    event: { id, type, dialect, occurredAt },
    data,
    message: { title, text, severity, subject, link: link?.url ?? null, resolved },
  };
}
