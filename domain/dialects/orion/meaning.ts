import { fieldsOf } from '../data-fields.ts';
import type { DialectMeaning } from '../meaning.ts';
import { nameOf } from '../show-value.ts';

/** Orion's one built-in event in words. Its document names no outcome, so a status that says failure is taken at its word. */
export const orionMeaning: DialectMeaning = {
  dialect: 'orion',
  title: 'Orion',
  types: {
    'job.completed': (data) => {
      const failed = data.status === 'failed' || data.status === 'error';
      return {
        title: `Analysis job ${nameOf(data.job_id)} ${failed ? 'failed' : 'completed'}`,
        severity: failed ? 'high' : 'info',
        subject: ['job', data.job_id],
        resolved: !failed,
        fields: fieldsOf(data, { job_id: 'Job', status: 'Status', presence_name: 'Presence' }),
      };
    },
  },
};
