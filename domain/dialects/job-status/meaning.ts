import { fieldsOf } from '../data-fields.ts';
import type { DialectMeaning, EventData, Meaning } from '../meaning.ts';
import { isObject, nameOf } from '../show-value.ts';

/** The five job events in words; all of one job are one subject. */
export const jobStatusMeaning: DialectMeaning = {
  dialect: 'job-status',
  title: 'Job status API',
  types: {
    'job.created': (data) => about(data, 'was created', 'info', false),
    'job.processing': (data) => about(data, 'is processing', 'info', false),
    'job.completed': (data) => about(data, 'completed', 'info', true),
    'job.failed': failed,
    // Somebody stopped it: worth knowing, but it does not make an earlier failure good.
    'job.cancelled': (data) => about(data, 'was cancelled', 'low', false),
  },
};

function about(data: EventData, what: string, severity: Meaning['severity'], resolved: boolean): Meaning {
  return {
    title: `Job ${nameOf(data.job_id)} ${what}`,
    severity,
    subject: ['job', data.job_id],
    resolved,
    fields: fieldsOf(data, { job_id: 'Job', status: null }),
  };
}

function failed(data: EventData): Meaning {
  const { message, ...error } = isObject(data.error) ? data.error : { message: data.error };
  return {
    ...about({ ...data, error }, 'failed', 'high', false),
    text: typeof message === 'string' ? message : '',
  };
}
