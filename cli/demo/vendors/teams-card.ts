/** Why a run of the workflow fails, as its history has it. */
export interface CardFault {
  code: string;
  message: string;
}

/** What people see of a card. */
export interface ShownCard {
  title: string;
  resolved: boolean;
}

type Json = Record<string, unknown>;

/** "About 28 KB" of the posted message, all markup included (learn.microsoft.com, "Format cards in Teams"). */
const MAX_BYTES = 28 * 1_024;
/** Elements and what each must have beside its type. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  TextBlock: ['text'],
  RichTextBlock: ['inlines'],
  FactSet: ['facts'],
  Container: ['items'],
  ColumnSet: ['columns'],
  Column: ['items'],
  Image: ['url'],
  ActionSet: ['actions'],
};
/** Actions that work through a webhook. */
const ACTIONS = ['Action.OpenUrl', 'Action.ShowCard', 'Action.ToggleVisibility'];

/** Why a workflow could not post this body; undefined for one that appears in the channel. `body` is JSON. */
export function cardFault(body: string): CardFault | undefined {
  const attachments = partsOf(JSON.parse(body), 'attachments');
  if (!attachments?.length) {
    return { code: 'ExpressionEvaluationFailed', message: "Send_each_adaptive_card: the value is of type 'Null'" };
  }
  const message = attachments.map(({ content }) => wrongCard(content)).find(Boolean) ?? tooLarge(body);
  return message ? { code: 'InvalidBotAdaptiveCard', message } : undefined;
}

/** The first heading, and whether the card says that something is resolved. */
export function shownCard(body: string): ShownCard {
  const [attachment] = partsOf(JSON.parse(body), 'attachments') ?? [];
  const texts = textsOf(partsOf(attachment?.content, 'body') ?? []);
  const title = texts.find(({ style }) => style === 'heading') ?? texts[0];
  return {
    title: withoutEscapes(String(title?.text ?? '')),
    resolved: texts.some(({ text }) => String(text).startsWith('**Resolved.**')),
  };
}

/** Markdown as it is shown. */
function withoutEscapes(text: string): string {
  const literal = text.replace(/\\([\\*_[\]()~`#+=.-])/g, '$1');
  return literal.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function tooLarge(body: string): string | undefined {
  const bytes = Buffer.byteLength(body);
  return bytes > MAX_BYTES ? `the message has ${bytes} bytes, more than ${MAX_BYTES}` : undefined;
}

function wrongCard(card: unknown): string | undefined {
  if (!isRecord(card) || card.type !== 'AdaptiveCard') return 'the content is no Adaptive Card';
  if (!/^1\.[0-5]$/.test(String(card.version))) return `version ${String(card.version)} is not supported`;
  const body = partsOf(card, 'body');
  if (!body?.length) return 'the card has no body';
  return firstWrong(body, wrongElement) ?? firstWrong(partsOf(card, 'actions') ?? [], wrongAction);
}

function wrongElement(element: Json): string | undefined {
  const type = String(element.type);
  const needed = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (!needed) return `${type} is no element`;
  const missing = needed.find((name) => element[name] === undefined || element[name] === null);
  if (missing) return `a ${type} has no ${missing}`;
  const facts = partsOf(element, 'facts') ?? [];
  if (!facts.every(({ title, value }) => typeof title === 'string' && typeof value === 'string')) {
    return 'a fact has no title or value';
  }
  const inner = [...(partsOf(element, 'items') ?? []), ...(partsOf(element, 'columns') ?? [])];
  return firstWrong(inner, wrongElement) ?? firstWrong(partsOf(element, 'actions') ?? [], wrongAction);
}

function wrongAction({ type, url }: Json): string | undefined {
  if (!ACTIONS.includes(String(type))) return `${String(type)} does nothing in a card of a webhook`;
  const absolute = type !== 'Action.OpenUrl' || /^https:\/\/[^\s]+$/.test(String(url));
  return absolute ? undefined : 'the address of an Action.OpenUrl must be absolute and https';
}

function firstWrong(parts: readonly Json[], wrong: (part: Json) => string | undefined): string | undefined {
  return parts.map(wrong).find(Boolean);
}

function textsOf(elements: readonly Json[]): Json[] {
  return elements.flatMap((element) =>
    element.type === 'TextBlock' ? [element] : textsOf(partsOf(element, 'items') ?? []),
  );
}

/** An array of objects, undefined where there is none; what is no object is one of nothing. */
function partsOf(value: unknown, name: string): Json[] | undefined {
  const parts = isRecord(value) ? value[name] : undefined;
  return Array.isArray(parts) ? parts.map((part) => (isRecord(part) ? part : {})) : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
