import { z } from 'zod';
import { faultsOf, unclean } from './faults.ts';
import { publishedCardFaults } from './published-schemas.ts';

/**
 * What Teams refuses in a Workflows body with an Adaptive Card, by the published schema of version 1.5 and, hand-written,
 * by Teams' own rules: no unknown fields, only actions that work through a webhook, absolute https
 * links, about 28 KB in all. Elements are those that a message needs.
 */

const spacing = z.enum(['None', 'Small', 'Default', 'Medium', 'Large', 'ExtraLarge', 'Padding']).optional();
const common = {
  spacing,
  separator: z.boolean().optional(),
  isVisible: z.boolean().optional(),
  id: z.string().optional(),
};

const textBlock = z.strictObject({
  type: z.literal('TextBlock'),
  text: z.string(),
  wrap: z.boolean().optional(),
  size: z.enum(['Default', 'Small', 'Medium', 'Large', 'ExtraLarge']).optional(),
  weight: z.enum(['Default', 'Lighter', 'Bolder']).optional(),
  color: z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention']).optional(),
  style: z.enum(['default', 'heading']).optional(),
  isSubtle: z.boolean().optional(),
  maxLines: z.number().optional(),
  ...common,
});
const factSet = z.strictObject({
  type: z.literal('FactSet'),
  facts: z.array(z.strictObject({ title: z.string(), value: z.string() })).min(1),
  ...common,
});
const container = z.strictObject({
  type: z.literal('Container'),
  items: z.array(z.discriminatedUnion('type', [textBlock, factSet])).min(1),
  style: z.enum(['default', 'emphasis', 'good', 'attention', 'warning', 'accent']).optional(),
  bleed: z.boolean().optional(),
  ...common,
});
const openUrl = z.strictObject({
  type: z.literal('Action.OpenUrl'),
  title: z.string().min(1),
  url: z.string().regex(/^https:\/\/[^\s]+$/, 'must be an absolute https URL'),
  tooltip: z.string().optional(),
});

const card = z.strictObject({
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json').optional(),
  type: z.literal('AdaptiveCard'),
  version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'], 'must be at most 1.5, the newest that Teams shows'),
  fallbackText: z.string().optional(),
  msteams: z.strictObject({ width: z.literal('Full').optional() }).optional(),
  body: z.array(z.discriminatedUnion('type', [textBlock, factSet, container])).min(1),
  actions: z.array(openUrl).min(1).max(6).optional(),
});

const envelope = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null().optional(),
        content: card,
      }),
    )
    .min(1),
});

const MAX_BYTES = 28 * 1_024;

/** What is wrong with a Workflows body, with JSON pointers; empty for what Teams shows. */
export function adaptiveCardFaults(body: unknown): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  const tooLarge = bytes > MAX_BYTES ? [`must not exceed ${MAX_BYTES} bytes, has ${bytes}`] : [];
  const faults = faultsOf(envelope, body);
  const { data } = envelope.safeParse(body);
  const published = data?.attachments.flatMap(({ content }) => publishedCardFaults(content)) ?? [];
  return [...faults, ...published, ...unclean(body), ...tooLarge];
}
