import type { DeliverInput } from '../destination.ts';
import { levelOf } from '../message.ts';
import type { SlackConfig } from './config.ts';
import { renderSlack, renderSlackLine, type SlackMessage } from './render.ts';

export type SlackInput = DeliverInput<SlackConfig>;

/** Under `event_type` in the metadata of all that Waybill writes; apps see it, people do not. */
const METADATA_TYPE = 'waybill_event';

/** What is found in a message's metadata when it is looked for. */
export interface SlackMark {
  subject_key: string;
  delivery_key: string;
  /** `root`: stands for the subject in the channel. `test`: stands for nothing. */
  part: 'root' | 'reply' | 'test';
  /** Whether the event resolves the subject. */
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

/** The message that stands for the subject, or that of a test. */
export function rootBody(input: SlackInput): object {
  return {
    channel: input.config.channel,
    ...shown(input),
    metadata: metadataOf(input, input.test ? 'test' : 'root'),
  };
}

/** The same as an update of the message `ts`; `parse`, since by default an update would make links of what looks like some. */
export function updateBody(input: SlackInput, ts: string): object {
  const { text, blocks } = shown(input);
  return { channel: input.config.channel, ts, text, blocks, parse: 'none', metadata: metadataOf(input, 'root') };
}

export function replyBody(input: SlackInput, rootTs: string, { word, short, broadcast }: Reply): object {
  const { message } = input;
  const rendered: SlackMessage = short ? renderSlackLine(message, word) : renderSlack(message, word ? [word] : []);
  return {
    channel: input.config.channel,
    thread_ts: rootTs,
    ...(broadcast ? { reply_broadcast: true } : {}),
    ...rendered,
    metadata: metadataOf(input, 'reply'),
  };
}

/** A message of an incoming webhook, which knows neither threads nor metadata. */
export function webhookBody(input: SlackInput): object {
  return shown(input);
}

/** By the event alone, so that what is written twice is the same. A test says so first, in notifications too, and last. */
function shown({ message, outdated, test }: SlackInput): SlackMessage {
  const notes = message.resolved && levelOf(message) !== 'ok' ? ['Resolved'] : [];
  if (test) return renderSlack({ ...message, title: `[Test] ${message.title}` }, [...notes, 'Test event']);
  return renderSlack(message, outdated ? [LATE] : notes);
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
