import { z } from 'zod';
import { faultsOf, unclean } from './faults.ts';

/**
 * What a connector refused in a MessageCard, hand-written from Microsoft's "Legacy actionable message card reference", which has
 * no official schema: no unknown fields, `text` or `summary`, ten sections, four actions, about 28 KB in all.
 */

const fact = z.strictObject({ name: z.string().min(1), value: z.string() });
const openUri = z.strictObject({
  '@type': z.literal('OpenUri'),
  name: z.string().min(1),
  targets: z
    .array(
      z.strictObject({
        os: z.enum(['default', 'windows', 'iOS', 'android']),
        uri: z.string().regex(/^https?:\/\/[^\s]+$/, 'must be an absolute URL'),
      }),
    )
    .min(1),
});
const actions = z.array(openUri).min(1).max(4, 'no more than 4 actions allowed').optional();
const section = z
  .strictObject({
    title: z.string().min(1).optional(),
    text: z.string().min(1).optional(),
    facts: z.array(fact).min(1).optional(),
    startGroup: z.boolean().optional(),
    markdown: z.boolean().optional(),
    potentialAction: actions,
  })
  .refine((part) => part.title || part.text || part.facts, 'must have title, text or facts');

const card = z
  .strictObject({
    '@type': z.literal('MessageCard'),
    '@context': z.enum(['https://schema.org/extensions', 'http://schema.org/extensions']),
    summary: z.string().min(1).optional(),
    title: z.string().min(1).optional(),
    text: z.string().min(1).optional(),
    themeColor: z
      .string()
      .regex(/^[0-9A-Fa-f]{6}$/, 'must be RRGGBB')
      .optional(),
    sections: z.array(section).max(10, 'no more than 10 sections allowed').optional(),
    potentialAction: actions,
  })
  .refine((message) => message.text || message.summary, 'Summary or Text is required.');

const MAX_BYTES = 28 * 1_024;

/** What is wrong with a MessageCard, with JSON pointers; empty for what a connector showed. */
export function messageCardFaults(body: unknown): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  const tooLarge = bytes > MAX_BYTES ? [`must not exceed ${MAX_BYTES} bytes, has ${bytes}`] : [];
  return [...faultsOf(card, body), ...unclean(body), ...tooLarge];
}
