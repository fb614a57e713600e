import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../destinations/message.ts';
import { type Finding, summarize } from '../../validations/validation.ts';
import { eventTypeOf } from '../catalogues.ts';
import { exceptionExpiringSoon, validationBelowThreshold, validationCompleted } from './own-events.ts';

const aFinding = (severity: string, ruleId = 'FC-UIP-HCD-001'): Finding => ({
  ruleId,
  severity,
  category: 'hardcoded_value',
  location: 'Main.xaml:42',
  description: 'Hardcoded credential or sensitive value detected.',
});
const aValidation = (findings: readonly Finding[]) => ({
  validationId: '11111111-1111-1111-1111-111111111111',
  platform: 'uipath',
  fileName: 'Main.xaml',
  label: null,
  passed: false,
  score: 47,
  enforcementMode: 'blocking',
  policyPackSlug: 'uipath-reframework-baseline',
  validatedAt: '2026-05-15T18:42:11.500Z',
  summary: summarize(findings),
});
const schemaOf = (type: string) => eventTypeOf('flowcerta', type)?.schema;

describe('validation.completed', () => {
  it('counts all findings by severity, as in the document, and total counts info too', () => {
    const severities = ['critical', 'high', 'high', 'high', 'medium', 'medium', 'low', 'low', 'low', 'low', 'info'];
    const findings = severities.map((severity) => aFinding(severity));
    const { type, data } = validationCompleted(aValidation(findings), findings);
    expect(data.summary).toEqual({ critical: 1, high: 3, medium: 2, low: 4, total: 11 });
    expect(schemaOf(type)?.safeParse(data).success).toBe(true);
  });

  it('has the top 10 by critical, high, medium, low, info, in the order given within one severity', () => {
    const findings = Array.from({ length: 30 }, (_, i) => aFinding(SEVERITIES[4 - (i % 5)] as string, `rule-${i}`));
    const { data } = validationCompleted(aValidation(findings), findings);
    expect((data.findings as Finding[]).map(({ severity, ruleId }) => `${severity} ${ruleId}`)).toEqual([
      ...[4, 9, 14, 19, 24, 29].map((i) => `critical rule-${i}`),
      ...[3, 8, 13, 18].map((i) => `high rule-${i}`),
    ]);
  });

  it("is the document's example, and of a finding it tells no more than that shows", () => {
    const findings = [{ ...aFinding('critical'), snippet: 'x'.repeat(1_000_000) }];
    const example = eventTypeOf('flowcerta', 'validation.completed')?.example;
    const { data } = validationCompleted(aValidation(findings), findings);
    expect(data).toEqual({ ...example, summary: { critical: 1, high: 0, medium: 0, low: 0, total: 1 } });
  });

  it('without findings has an empty list', () => {
    expect(validationCompleted(aValidation([]), []).data).toMatchObject({ findings: [], summary: { total: 0 } });
  });
});

it('validation.below_threshold tells the workflow file, the score and the threshold', () => {
  const { type, data } = validationBelowThreshold(aValidation([]), 70);
  const validationId = '11111111-1111-1111-1111-111111111111';
  expect(data).toEqual({
    validationId,
    platform: 'uipath',
    fileName: 'Main.xaml',
    label: null,
    score: 47,
    threshold: 70,
  });
  expect(schemaOf(type)?.safeParse(data).success).toBe(true);
});

it("exception.expiring_soon is the document's example", () => {
  const { type, data } = exceptionExpiringSoon(
    {
      exceptionId: '22222222-2222-2222-2222-222222222222',
      ruleId: 'FC-UIP-HCD-001',
      fileName: 'Main.xaml',
      location: 'Main.xaml:42',
      reason: 'Documented credential injected at runtime by Orchestrator.',
      expiresAt: '2026-05-28T00:00:00.000Z',
      requestedByEmail: 'ops-lead@example.com',
    },
    '2026-05-22T04:00:00.000Z',
  );
  expect(data).toEqual(eventTypeOf('flowcerta', type)?.example);
});
