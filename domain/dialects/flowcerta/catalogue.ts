import { z } from 'zod';
import type { DialectCatalogue, EventTypeDefinition } from '../catalogue.ts';

const isoTime = z.iso.datetime({ offset: true });
const count = z.int().nonnegative();

const finding = z.looseObject({
  ruleId: z.string(),
  severity: z.string(),
  category: z.string(),
  location: z.string(),
  description: z.string(),
});

const eventTypes: EventTypeDefinition[] = [
  {
    name: 'validation.completed',
    description: 'An authenticated validation finishes, pass or fail. Receivers get the top 10 findings.',
    schema: z.looseObject({
      validationId: z.string(),
      platform: z.string(),
      fileName: z.string(),
      label: z.string().nullable(),
      passed: z.boolean(),
      score: z.number(),
      enforcementMode: z.string(),
      policyPackSlug: z.string(),
      validatedAt: isoTime,
      summary: z.looseObject({ critical: count, high: count, medium: count, low: count, total: count }),
      findings: z.array(finding),
    }),
    example: {
      validationId: '11111111-1111-1111-1111-111111111111',
      platform: 'uipath',
      fileName: 'Main.xaml',
      label: null,
      passed: false,
      score: 47,
      enforcementMode: 'blocking',
      policyPackSlug: 'uipath-reframework-baseline',
      validatedAt: '2026-05-15T18:42:11.500Z',
      summary: { critical: 1, high: 3, medium: 2, low: 4, total: 10 },
      findings: [
        {
          ruleId: 'FC-UIP-HCD-001',
          severity: 'critical',
          category: 'hardcoded_value',
          location: 'Main.xaml:42',
          description: 'Hardcoded credential or sensitive value detected.',
        },
      ],
    },
    origin: 'document',
  },
  {
    name: 'validation.below_threshold',
    description: "A validation's health score falls under the organization's alert threshold.",
    // The document names workflow file, score and threshold, but shows no body.
    schema: z.looseObject({ fileName: z.string(), score: z.number(), threshold: z.number() }),
    example: {
      validationId: '11111111-1111-1111-1111-111111111111',
      platform: 'uipath',
      fileName: 'Main.xaml',
      score: 47,
      threshold: 70,
      validatedAt: '2026-05-15T18:42:11.500Z',
    },
    origin: 'ours',
  },
  {
    name: 'exception.expiring_soon',
    description: 'An approved risk exception enters the warning window before it expires; once per exception.',
    schema: z.looseObject({
      exceptionId: z.string(),
      ruleId: z.string(),
      fileName: z.string(),
      location: z.string(),
      reason: z.string(),
      expiresAt: isoTime,
      daysRemaining: z.number(),
      requestedByEmail: z.string(),
    }),
    example: {
      exceptionId: '22222222-2222-2222-2222-222222222222',
      ruleId: 'FC-UIP-HCD-001',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'Documented credential injected at runtime by Orchestrator.',
      expiresAt: '2026-05-28T00:00:00.000Z',
      daysRemaining: 6,
      requestedByEmail: 'ops-lead@example.com',
    },
    origin: 'document',
  },
];

/** Flowcerta's three events; closed. Source: Flowcerta document, "Event reference". */
export const flowcertaCatalogue: DialectCatalogue = { dialect: 'flowcerta', eventTypes, open: false };
