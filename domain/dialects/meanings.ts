import { OPERATIONAL_DIALECT } from '../delivery/operational.ts';
import { httpsUrl } from '../destinations/https-url.ts';
import type { Message, MessageLink } from '../destinations/message.ts';
import { meaningOfAny } from './any-meaning.ts';
import type { WireEvent } from './dialect.ts';
import { flexorchMeaning } from './flexorch/meaning.ts';
import { flowcertaMeaning } from './flowcerta/meaning.ts';
import { fltrMeaning } from './fltr/meaning.ts';
import { jobStatusMeaning } from './job-status/meaning.ts';
import type { DialectMeaning, EventData, Meaning } from './meaning.ts';
import { orionMeaning } from './orion/meaning.ts';
import { standardMeaning } from './standard/meaning.ts';

/** In the order of the wires. */
export const MEANINGS: readonly DialectMeaning[] = [
  standardMeaning,
  flexorchMeaning,
  orionMeaning,
  fltrMeaning,
  jobStatusMeaning,
  flowcertaMeaning,
];

/** Where data may hold a link to a page about the event; the first that can be used is. */
const LINK_NAMES = ['url', 'link', 'html_url', 'htmlUrl', 'web_url', 'webUrl', 'details_url', 'detailsUrl'];

/**
 * What an event says to people: its dialect's own words for a type of its catalogue, else what can be read from type and
 * data. Takes any data without throwing. Events about the same thing have the same `subject`; an event whose data names
 * nothing is its own subject.
 */
export function meaningOf(event: Pick<WireEvent, 'id' | 'dialect' | 'type' | 'data' | 'occurredAt'>): Message {
  const { dialect, type, data, occurredAt } = event;
  const spoken = MEANINGS.find((meaning) => meaning.dialect === dialect);
  const own = spoken && Object.hasOwn(spoken.types, type) ? spoken.types[type] : undefined;
  const meaning = own ? own(data) : meaningOfAny(type, data);
  // In our own dialect other types are the product's, which is not called Waybill.
  const system = own || dialect !== OPERATIONAL_DIALECT ? (spoken?.title ?? dialect) : undefined;
  return {
    title: meaning.title,
    severity: meaning.severity,
    text: meaning.text ?? '',
    fields: meaning.fields,
    list: meaning.list ?? null,
    link: linkIn(data),
    subject: subjectOf(dialect, meaning.subject, event.id),
    resolved: meaning.resolved ?? false,
    origin: system ? `${system} · ${type}` : type,
    occurredAt,
  };
}

function subjectOf(dialect: string, [kind, id]: Meaning['subject'], eventId: string): string {
  const named = (typeof id === 'string' && id !== '') || typeof id === 'number';
  return named ? `${dialect}:${kind}:${id}` : `${dialect}:event:${eventId}`;
}

function linkIn(data: EventData): MessageLink | null {
  const url = LINK_NAMES.map((name) => httpsUrl(data[name])).find((found) => found !== null);
  return url ? { label: 'Open', url } : null;
}
