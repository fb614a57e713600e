import { oneLine } from '../destinations/clean-text.ts';
import { SEVERITIES, type Severity } from '../destinations/message.ts';
import { fieldsOf, type Shown } from './data-fields.ts';
import type { EventData, Meaning } from './meaning.ts';
import { isObject, labelOf } from './show-value.ts';

/** What loggers and monitors call the five levels, the levels' own names apart. */
const SEVERITY_WORDS: Readonly<Record<string, Severity>> = {
  emergency: 'critical',
  fatal: 'critical',
  blocker: 'critical',
  error: 'high',
  major: 'high',
  warning: 'medium',
  warn: 'medium',
  moderate: 'medium',
  minor: 'low',
  notice: 'low',
  debug: 'info',
};
const BAD_ENDINGS = /(?:^|[._-])(?:fail(?:ed|ing|ure)?|errors?|crashed|exhausted|rejected|down)$/i;
const WORRYING_ENDINGS = /(?:^|[._-])(?:disabled|expir(?:ed|ing)|cancell?ed|degraded|blocked|timed?_?out|warning)$/i;
const GOOD_ENDINGS = /(?:^|[._-])(?:completed|succeeded|resolved|recovered|fixed|closed|ready|up)$/i;

/** Where data tells in one sentence or more what happened; the first that does is the text. */
const TEXT_NAMES = ['message', 'text', 'summary', 'description'];
/** An event that is nothing but a message, such as `n8n.message`, or the news that there is no need for it any more. */
const MESSAGE_TYPE = /(?:^|\.)message(?:\.resolved)?$/;
/** What of a message stands elsewhere than among its fields. */
const MESSAGE_PARTS = ['title', 'severity', 'id', 'url'];
/** Where data tells how bad it is. */
const SEVERITY_NAMES = ['severity', 'level', 'priority'];

/**
 * What an event of an unknown type says, from its name and data: `order.payment_failed` is "Order payment failed", high since
 * it ends so, about the order that `order_id`, `orderId`, `order.id` or `id` names. `severity`, `level` or `priority` in data
 * outweighs the name. An event whose type ends in `message` has its own words: its `title` is the title.
 */
export function meaningOfAny(type: string, data: EventData): Meaning {
  const noun = type.split('.')[0] ?? '';
  const textName = TEXT_NAMES.find((name) => typeof data[name] === 'string' && data[name] !== '');
  const severity = severityOf(type, data);
  const ownTitle = MESSAGE_TYPE.test(type) && typeof data.title === 'string' ? oneLine(data.title) : '';
  const elsewhere = [...(textName ? [textName] : []), ...(ownTitle ? MESSAGE_PARTS : [])];
  const hidden: Record<string, Shown> = Object.fromEntries(elsewhere.map((name) => [name, null]));
  return {
    title: ownTitle || labelOf(type) || 'Event',
    severity,
    subject: [noun, idOf(noun, data)],
    resolved: severity === 'info' && GOOD_ENDINGS.test(type),
    text: textName ? String(data[textName]) : '',
    fields: fieldsOf(data, hidden),
  };
}

function severityOf(type: string, data: EventData): Severity {
  const words = SEVERITY_NAMES.map((name) => data[name]).filter((value) => typeof value === 'string');
  const said = words.map((word) => severityNamed(word.toLowerCase())).find((severity) => severity !== undefined);
  if (said) return said;
  if (BAD_ENDINGS.test(type)) return 'high';
  return WORRYING_ENDINGS.test(type) ? 'medium' : 'info';
}

function severityNamed(word: string): Severity | undefined {
  const severity = SEVERITIES.find((name) => name === word);
  return severity ?? (Object.hasOwn(SEVERITY_WORDS, word) ? SEVERITY_WORDS[word] : undefined);
}

function idOf(noun: string, data: EventData): unknown {
  const nested = data[noun];
  return data[`${noun}_id`] ?? data[`${noun}Id`] ?? (isObject(nested) ? nested.id : undefined) ?? data.id;
}
