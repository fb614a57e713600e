import { z } from 'zod';
import { faultsOf, unclean } from './faults.ts';

/**
 * What Slack refuses in a message, hand-written from docs.slack.dev ("Block Kit", "chat.postMessage", "chat.update"), since there
 * is no official JSON Schema: unknown fields, limits in characters (here UTF-16 units, the strictest reading), required parts.
 */

const text = (max: number) =>
  z
    .string()
    .min(1, 'must be more than 0 characters')
    .max(max, `must be less than ${max + 1} characters`);
const webUrl = (max: number) => text(max).regex(/^https?:\/\//, 'must be a web URL');

const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(max), verbatim: z.boolean().optional() });
const textObject = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

const blockId = text(255).optional();
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: text(255).optional(),
  url: webUrl(3_000).optional(),
  value: text(2_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: text(75).optional(),
});
const image = z.strictObject({ type: z.literal('image'), image_url: webUrl(3_000), alt_text: text(2_000) });

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: textObject(3_000).optional(),
    fields: z.array(textObject(2_000)).min(1).max(10, 'no more than 10 items allowed').optional(),
    accessory: z.discriminatedUnion('type', [button, image]).optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text || block.fields, 'must have text or fields');

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  section,
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion('type', [plainText(2_000), mrkdwn(2_000), image]))
      .min(1)
      .max(10, 'no more than 10 items allowed'),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z.array(button).min(1).max(25, 'no more than 25 items allowed'),
  }),
  z.strictObject({
    type: z.literal('image'),
    block_id: blockId,
    image_url: webUrl(3_000),
    alt_text: text(2_000),
    title: plainText(2_000).optional(),
  }),
]);

const content = {
  text: text(40_000).optional(),
  blocks: z.array(block).min(1).max(50, 'no more than 50 items allowed').optional(),
};
const metadata = z.strictObject({ event_type: text(255), event_payload: z.record(z.string(), z.unknown()) });
const reply = { thread_ts: text(50).optional(), reply_broadcast: z.boolean().optional() };
const unfurl = { unfurl_links: z.boolean().optional(), unfurl_media: z.boolean().optional() };

const METHODS = {
  webhook: z.strictObject({ ...content, ...unfurl, thread_ts: text(50).optional() }),
  'chat.postMessage': z.strictObject({
    ...content,
    ...unfurl,
    ...reply,
    channel: text(255),
    metadata: metadata.optional(),
  }),
  'chat.update': z.strictObject({
    ...content,
    text: text(4_000).optional(),
    channel: text(255),
    ts: text(50),
    parse: z.enum(['none', 'full', 'client']).optional(),
    metadata: metadata.optional(),
  }),
};

export type SlackMethod = keyof typeof METHODS;

/** Slack's answer from some 13,000 characters in all blocks on is `msg_blocks_too_long`. */
const MAX_TEXT_OF_ALL_BLOCKS = 13_000;

/** What Slack would refuse in the body of a method, with JSON pointers as its answers have; empty for what it takes. */
export function slackFaults(body: unknown, method: SlackMethod = 'webhook'): string[] {
  const faults = [...faultsOf(METHODS[method], body), ...unclean(body)];
  if (faults.length > 0) return faults;
  const message = body as { text?: string; blocks?: unknown[] };
  if (!message.text && !message.blocks) return ['no_text'];
  const units = textsIn(message.blocks).reduce((sum, { text: shown }) => sum + shown.length, 0);
  return units > MAX_TEXT_OF_ALL_BLOCKS ? ['msg_blocks_too_long'] : [];
}

/**
 * Every `<…>` that Slack would act upon, in a message's text and its mrkdwn: links, mentions, dates. Texts of events must add
 * none. An `&` that is no entity, as a cut one leaves it, is listed too.
 */
export function slackSequences(body: { text?: string; blocks?: unknown[] }): string[] {
  const parsed = textsIn(body.blocks).filter(({ type }) => type === 'mrkdwn');
  const texts = [body.text ?? '', ...parsed.map(({ text: shown }) => shown)];
  return texts.flatMap((shown) => [...shown.matchAll(/<[^>]*>?|&(?!amp;|lt;|gt;)/g)].map(([found]) => found));
}

function textsIn(value: unknown): { type: string; text: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('text' in value && typeof value.text === 'string') return [value as { type: string; text: string }];
  return Object.values(value).flatMap(textsIn);
}
