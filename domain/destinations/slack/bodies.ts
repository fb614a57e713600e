import type { DeliverInput } from '../destination.ts';
import { levelOf, type Message } from '../message.ts';
import type { SlackConfig } from './config.ts';
import { renderSlack, renderSlackLine, type SlackMessage } from './render.ts';

export type SlackInput = DeliverInput<SlackConfig>;

/** Under `event_type` in the metadata of all that Waybill writes; apps see it, people do not. */
const METADATA_TYPE = 'waybill_event';

/** What is found in a message's metadata when it is looked for. */
export interface SlackMark {
  subject_key: string;
  delivery_key: string;
  /** `root`: stands for the subject in the channel. */
  part: 'root' | 'reply';
  /** Of a root: whether the subject is resolved. */
  resolved: boolean;
}

/** Said of an event that is older than what is shown. */
export const LATE = 'Came late: newer events are shown already';

/** A reply in the root's thread. */
export interface Reply {
  /** What became of the subject; may be empty. */
  word: string;
  /** Only a line with `word`, since the root shows the message; else the whole message. */
  short: boolean;
  /** It is shown in the channel, too. */
  broadcast: boolean;
}

/** The message that stands for the subject. */
export function rootBody(input: SlackInput): object {
  const rendered = renderSlack(markedTest(input), notesOf(input, rootNotes(input)));
  return { channel: input.config.channel, ...rendered, metadata: metadataOf(input, 'root') };
}

/** The same as an update of the message `ts`; `parse`, since by default an update would make links of what looks like some. */
export function updateBody(input: SlackInput, ts: string): object {
  const { text, blocks } = renderSlack(markedTest(input), notesOf(input, rootNotes(input)));
  return { channel: input.config.channel, ts, text, blocks, parse: 'none', metadata: metadataOf(input, 'root') };
}

export function replyBody(input: SlackInput, rootTs: string, { word, short, broadcast }: Reply): object {
  const message = markedTest(input);
  const rendered: SlackMessage = short
    ? renderSlackLine(message, word, notesOf(input))
    : renderSlack(message, notesOf(input, word ? [word] : []));
  return {
    channel: input.config.channel,
    thread_ts: rootTs,
    ...(broadcast ? { reply_broadcast: true } : {}),
    ...rendered,
    metadata: metadataOf(input, 'reply'),
  };
}

/** By the event alone: what a delivery writes twice is the same. */
function rootNotes({ message, outdated }: SlackInput): string[] {
  if (outdated) return [LATE];
  return message.resolved && levelOf(message) !== 'ok' ? ['Resolved'] : [];
}

/** A message of an incoming webhook, which knows neither threads nor metadata. */
export function webhookBody(input: SlackInput): object {
  return renderSlack(markedTest(input), notesOf(input));
}

/** A test says so first, in notifications too. */
function markedTest({ message, test }: SlackInput): Message {
  return test ? { ...message, title: `[Test] ${message.title}` } : message;
}

function notesOf({ test }: SlackInput, notes: readonly string[] = []): string[] {
  return test ? [...notes, 'Test event'] : [...notes];
}

function metadataOf({ subjectKey, deliveryKey, message }: SlackInput, part: SlackMark['part']) {
  const mark: SlackMark = { subject_key: subjectKey, delivery_key: deliveryKey, part, resolved: message.resolved };
  return { event_type: METADATA_TYPE, event_payload: mark };
}

/** Our mark in a message as Slack lists it; undefined in what others wrote. */
export function markIn(message: unknown): SlackMark | undefined {
  const { metadata } = message as { metadata?: { event_type?: unknown; event_payload?: unknown } };
  if (metadata?.event_type !== METADATA_TYPE) return undefined;
  const mark = metadata.event_payload;
  return typeof mark === 'object' && mark !== null ? (mark as SlackMark) : undefined;
}
