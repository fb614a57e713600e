import { fieldsOf } from '../data-fields.ts';
import type { DialectMeaning, EventData, Meaning } from '../meaning.ts';
import { countOf, nameOf } from '../show-value.ts';

/** FlexOrch's events in words; a job that fails and later completes is one subject. */
export const flexorchMeaning: DialectMeaning = {
  dialect: 'flexorch',
  title: 'FlexOrch',
  types: {
    'job.completed': completed,
    'job.failed': (data) => ({
      title: `Job ${nameOf(data.job_id)} failed`,
      severity: 'high',
      subject: ['job', data.job_id],
      text: typeof data.error === 'string' ? data.error : '',
      fields: fieldsOf(data, {
        job_id: 'Job',
        status: null,
        ...(typeof data.error === 'string' ? { error: null } : {}),
      }),
    }),
    'dataset.ready': (data) => ({
      title: `Dataset ${nameOf(data.dataset_id)} is ready`,
      severity: 'info',
      subject: ['dataset', data.dataset_id],
      resolved: true,
      fields: fieldsOf(data, { dataset_id: 'Dataset', status: null, record_count: 'Records' }),
    }),
  },
};

/** Personal data in the result is worth a look, so such a job is not simply fine. */
function completed(data: EventData): Meaning {
  const piiFindings = typeof data.pii_findings_count === 'number' ? data.pii_findings_count : 0;
  const title = `Job ${nameOf(data.job_id)} completed`;
  return {
    title: piiFindings > 0 ? `${title} with ${countOf(piiFindings, 'PII finding')}` : title,
    severity: piiFindings > 0 ? 'low' : 'info',
    subject: ['job', data.job_id],
    resolved: true,
    fields: fieldsOf(data, {
      job_id: 'Job',
      status: null,
      quality_grade: 'Quality grade',
      pii_findings_count: 'PII findings',
    }),
  };
}
