import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SEVERITIES } from '../../../../domain/destinations/message.ts';
import { type Finding as CheckedFinding, summarize } from '../../../../domain/validations/validation.ts';
import type { NewValidation as HandedIn } from '../../../../store/validations.ts';
import { fingerprintOf } from '../../../canonical-json.ts';
import { instant, line, shownInstant, toUtc } from '../../../fields.ts';
import { dataText } from '../../../publishing.ts';
import { uuid } from './fields.ts';

/** Faults of findings that one answer names: of ten megabytes of faults nobody reads more. */
const MAX_FAULTS = 10;

/** The five fields of the document; whatever else a finding has stays in the full result. */
const Finding = z
  .looseObject({
    ruleId: line(256),
    severity: z.enum(SEVERITIES),
    category: line(256),
    location: line(2_048),
    // Ten of them make an event, which must stay under a megabyte.
    description: z.string().max(16_384),
  })
  .meta({ id: 'FlowcertaFinding' });

const findings = z
  .array(z.unknown().meta({ $ref: '#/components/schemas/FlowcertaFinding' }))
  .check((context) => {
    for (const [index, item] of context.value.entries()) {
      const faults = Finding.safeParse(item).error?.issues ?? [];
      for (const { path, message } of faults) {
        context.issues.push({ code: 'custom', path: [index, ...path], message, input: item });
      }
      if (context.issues.length >= MAX_FAULTS) return;
    }
  })
  .meta({ description: 'Any number, in any order.' });

const head = {
  platform: line(256).meta({ examples: ['uipath'] }),
  fileName: line(1_024).meta({ description: 'The workflow file.', examples: ['Main.xaml'] }),
  passed: z.boolean(),
  score: z.number().min(0).max(100).meta({ description: 'The health score.' }),
  enforcementMode: line(256).meta({ examples: ['blocking'] }),
  policyPackSlug: line(256),
};

/** A validation as it is posted. Other fields are kept in the full result; a `summary` is counted anew. */
export const NewValidation = z
  .looseObject({
    validationId: uuid.optional().meta({ description: 'Default: a new one. The same again changes nothing.' }),
    ...head,
    label: line(1_024).nullable().optional(),
    validatedAt: instant.optional().meta({ description: 'Default: now.' }),
    findings,
  })
  .meta({ id: 'FlowcertaNewValidation' });

const count = z.int();
const shown = {
  validationId: z.string(),
  ...head,
  label: z.string().nullable(),
  validatedAt: shownInstant,
  summary: z
    .object({ critical: count, high: count, medium: count, low: count, total: count })
    .meta({ id: 'FlowcertaSummary', description: 'Findings by severity; `total` counts those of severity info too.' }),
};

/** A validation in lists, and the answer to a post. */
export const Validation = z
  .object({ ...shown, createdAt: shownInstant.meta({ description: 'When it was received.' }) })
  .meta({ id: 'FlowcertaValidation' });

/** The full result: what was posted, with id, time and summary. */
export const Result = z.looseObject({ ...shown, findings: z.array(Finding) }).meta({ id: 'FlowcertaResult' });

/** What of a posted validation is stored. Throws a problem for a body that is nested too deep. */
export function toHandedIn(body: z.output<typeof NewValidation>, nowMs: number): HandedIn {
  const { validationId, platform, fileName, label, passed, score, enforcementMode, policyPackSlug, validatedAt } = body;
  const findings = body.findings as CheckedFinding[];
  const validation = {
    validationId: validationId ?? randomUUID(),
    platform,
    fileName,
    label: label ?? null,
    passed,
    score,
    enforcementMode,
    policyPackSlug,
    validatedAt: validatedAt === undefined ? new Date(nowMs).toISOString() : toUtc(validatedAt),
    summary: summarize(findings),
  };
  const { findings: _, ...given } = body;
  // Before the fingerprint: it bounds the depth, on which that would overflow.
  const result = dataText({ ...validation, ...given, ...validation, findings }, 'body');
  return { validation, findings, result, fingerprint: fingerprintOf(body) };
}
