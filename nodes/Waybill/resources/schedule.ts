import { LIST_FIELDS, picker } from '../fields.ts';
import type { Resource } from '../operation.ts';

const operations: Resource['operations'] = [
  {
    value: 'getAll',
    name: 'Get Many',
    action: 'Get many schedules',
    description: 'Get the schedules of the daily work; takes the admin key of the installation',
    fields: [...LIST_FIELDS],
    run: (item) => item.list({ path: '/v1/schedules' }),
  },
  {
    value: 'run',
    name: 'Run Now',
    action: 'Run a schedule now',
    description: 'Begin a run unless one is under way; takes the admin key of the installation',
    fields: [picker('scheduleId', 'Schedule', 'searchSchedules', 'scan-exceptions-04-Europe.Berlin')],
    run: (item) =>
      item.call({ method: 'POST', path: `/v1/schedules/${encodeURIComponent(item.id('scheduleId'))}/run` }),
  },
];

/** The daily work of the installation. */
export const scheduleResource: Resource = { value: 'schedule', name: 'Schedule', operations };
