import type { MessageList, Severity } from '../../destinations/message.ts';
import { showTime } from '../../destinations/show-time.ts';
import { fieldsOf } from '../data-fields.ts';
import type { DialectMeaning, EventData, Meaning } from '../meaning.ts';
import { countOf, isObject, nameOf, showValue } from '../show-value.ts';
import { severityOfFinding, topFindings } from './top-findings.ts';

/** From this many days on an exception is urgent. */
const LAST_DAY = 1;

/**
 * Flowcerta's events in words. What a validation says is about its workflow file (and label, where one tells projects apart):
 * a later validation that passes settles what an earlier one raised. An exception is a subject of its own.
 */
export const flowcertaMeaning: DialectMeaning = {
  dialect: 'flowcerta',
  title: 'Flowcerta',
  types: {
    'validation.completed': completed,
    'validation.below_threshold': (data) => ({
      title: `${fileOf(data)} scored ${showValue(data.score)}, below the threshold of ${showValue(data.threshold)}`,
      severity: 'high',
      subject: ['workflow', workflowOf(data)],
      fields: fieldsOf(data, VALIDATION_FIELDS),
    }),
    'exception.expiring_soon': expiring,
  },
};

const VALIDATION_FIELDS = {
  fileName: 'Workflow file',
  label: 'Label',
  platform: 'Platform',
  score: 'Score',
  threshold: 'Threshold',
  policyPackSlug: 'Policy pack',
  enforcementMode: 'Enforcement',
  validatedAt: 'Validated',
  validationId: 'Validation',
  passed: null,
  summary: null,
  findings: null,
} as const;

function completed(data: EventData): Meaning {
  const passed = data.passed === true;
  const list = findingsOf(data);
  const fields = fieldsOf(data, VALIDATION_FIELDS);
  // The document's way to the rest.
  const full = list && list.total > list.items.length && nameOf(data.validationId);
  return {
    title: `${fileOf(data)} ${passed ? 'passed' : 'failed'} validation with score ${showValue(data.score)}`,
    severity: passed ? 'info' : severityOfFailed(data),
    subject: ['workflow', workflowOf(data)],
    resolved: passed,
    text: summaryOf(data),
    fields: full ? [...fields, { label: 'Full result', value: `GET /api/v1/results/${full}` }] : fields,
    list,
  };
}

function expiring(data: EventData): Meaning {
  const days = typeof data.daysRemaining === 'number' ? data.daysRemaining : undefined;
  const when = days === undefined ? 'soon' : days < 1 ? 'within a day' : `in ${countOf(days, 'day')}`;
  return {
    title: `Exception for ${nameOf(data.ruleId)} in ${fileOf(data)} expires ${when}`,
    severity: days !== undefined && days <= LAST_DAY ? 'high' : 'medium',
    subject: ['exception', data.exceptionId],
    text: `Renew it by ${showTime(showValue(data.expiresAt))} or repair the finding: from then on the rule applies again.`,
    fields: fieldsOf(data, {
      ruleId: 'Rule',
      fileName: 'Workflow file',
      location: 'Location',
      reason: 'Reason',
      requestedByEmail: 'Requested by',
      expiresAt: 'Expires',
      daysRemaining: 'Days left',
      exceptionId: 'Exception',
    }),
  };
}

/** As severe as its worst finding, but never less than medium, and high where it stops a deployment. */
function severityOfFailed(data: EventData): Severity {
  const summary = isObject(data.summary) ? data.summary : {};
  if (Number(summary.critical) > 0) return 'critical';
  return Number(summary.high) > 0 || data.enforcementMode === 'blocking' ? 'high' : 'medium';
}

/** `1 critical, 3 high, 2 medium and 4 low findings.`; empty where there is no summary. */
function summaryOf(data: EventData): string {
  if (!isObject(data.summary)) return '';
  const { summary } = data;
  const counts = ['critical', 'high', 'medium', 'low'].filter((name) => Number(summary[name]) > 0);
  if (counts.length === 0) return 'No findings.';
  const parts = counts.map((name) => `${showValue(summary[name])} ${name}`);
  const last = parts.pop();
  const total = counts.reduce((sum, name) => sum + Number(summary[name]), 0);
  return `${parts.length > 0 ? `${parts.join(', ')} and ` : ''}${last} ${total === 1 ? 'finding' : 'findings'}.`;
}

function findingsOf(data: EventData): MessageList | null {
  const findings = topFindings(data.findings).filter(isObject);
  if (findings.length === 0) return null;
  const stated = isObject(data.summary) ? Number(data.summary.total) : 0;
  const given = Array.isArray(data.findings) ? data.findings.length : 0;
  return {
    title: 'Findings',
    items: findings.map((finding) => ({
      severity: severityOfFinding(finding),
      title: [finding.ruleId, finding.location].map(showValue).filter(Boolean).join(' · '),
      text: showValue(finding.description),
    })),
    total: Math.max(findings.length, given, Number.isFinite(stated) ? stated : 0),
  };
}

function fileOf(data: EventData): string {
  return nameOf(data.fileName) || 'A workflow';
}

function workflowOf(data: EventData): unknown {
  return typeof data.label === 'string' && data.label !== ''
    ? `${showValue(data.fileName)} ${data.label}`
    : data.fileName;
}
