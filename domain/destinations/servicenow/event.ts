import { cleanText, oneLine } from '../clean-text.ts';
import { cutText } from '../cut-text.ts';
import type { DeliverInput, DeliverResult, Steps } from '../destination.ts';
import { fitRows } from '../fit.ts';
import type { Message, Severity } from '../message.ts';
import { call, type Session } from './api.ts';
import type { ServicenowConfig } from './config.ts';
import type { Settings } from './settings.ts';
import { columnText, renderWorkNote } from './texts.ts';

export const EVENT_PATH = '/api/global/em/jsonv2';

/** Event Management's levels; 0 clears an alert. */
const LEVELS: Readonly<Record<Severity, string>> = { critical: '1', high: '2', medium: '3', low: '4', info: '5' };
const CLEAR = '0';
const MAX_NAME = 100;
const MAX_VALUE = 200;
const MAX_ADDITIONAL_INFO = 4_000;

type Input = DeliverInput<ServicenowConfig>;

/**
 * Sends one event. The instance makes one alert of all events with one `message_key`, so sending twice shows once and no search
 * is needed; it does not say what becomes of the event. An outdated one goes under a key of its own, as information, since it
 * would change the alert.
 */
export function* deliverEvent(session: Session, input: Input, message: Message): Steps<DeliverResult> {
  const judged = yield* call(session, {
    step: 'send the event',
    method: 'POST',
    path: EVENT_PATH,
    body: { records: [eventOf(session.settings, input, message)] },
    expects: 'anything',
  });
  if (!judged.ok) return { verdict: judged.verdict };
  if (input.outdated) return { verdict: { kind: 'accepted' } };
  const place = `${session.settings.instance}/em_event`;
  return {
    verdict: { kind: 'accepted' },
    remote: { place, id: input.subjectKey, name: '', link: null, resolved: message.resolved },
  };
}

function eventOf({ eventSource, eventNode }: Settings, input: Input, message: Message): Record<string, string> {
  const { subjectKey, deliveryKey, outdated } = input;
  const resolved = message.resolved && !outdated;
  return {
    source: name(eventSource),
    event_class: name(eventSource),
    ...(eventNode ? { node: name(eventNode) } : {}),
    resource: name(message.subject),
    type: name(message.origin),
    message_key: outdated ? `${subjectKey}-${deliveryKey}` : subjectKey,
    severity: resolved ? CLEAR : LEVELS[outdated ? 'info' : message.severity],
    resolution_state: resolved ? 'Closing' : 'New',
    time_of_event: timeOf(message, input.nowMs),
    description: renderWorkNote(message),
    additional_info: additionalInfo(input, message),
  };
}

/** JSON in a string, flat, as alert rules read it. */
function additionalInfo({ deliveryKey }: Input, message: Message): string {
  const { severity, subject, link, fields } = message;
  return fitRows(
    { ...message, list: null },
    (shown) =>
      JSON.stringify({
        ...Object.fromEntries(fields.slice(0, shown.fields).map(({ label, value }) => [name(label), info(value)])),
        waybill_delivery: deliveryKey,
        waybill_severity: severity,
        waybill_subject: info(subject),
        // JSON may double a URL's length where it escapes; what is percent-encoded has nothing to escape.
        ...(link ? { waybill_link: link.url } : {}),
      }),
    (json) => json.length <= MAX_ADDITIONAL_INFO,
  );
}

function name(text: string): string {
  return cutText(oneLine(text), MAX_NAME);
}

function info(text: string): string {
  return columnText(cleanText(text), MAX_VALUE);
}

/** `yyyy-MM-dd HH:mm:ss`, GMT. */
function timeOf({ occurredAt }: Message, nowMs: number): string {
  const parsed = Date.parse(occurredAt);
  return new Date(Number.isNaN(parsed) ? nowMs : parsed).toISOString().slice(0, 19).replace('T', ' ');
}
