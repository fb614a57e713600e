import type { IDataObject } from 'n8n-workflow';
import { searchIn } from '../waybill-api/search.ts';
import { showEndpoint } from '../waybill-api/show-endpoint.ts';

/** What the pickers of the node list, by the name of their method. */
export const SEARCHES = {
  searchEvents: searchIn({ path: '/v1/events' }, ({ id, type, createdAt }) => shown(id, type, createdAt)),
  searchDeliveries: searchIn({ path: '/v1/deliveries' }, ({ id, eventType, status, createdAt }) =>
    shown(id, eventType, status, createdAt),
  ),
  searchEndpoints: searchIn({ path: '/v1/endpoints' }, showEndpoint),
  searchSources: searchIn({ path: '/v1/sources' }, ({ id, name, dialect }) => shown(id, name || 'Unnamed', dialect)),
  searchValidations: searchIn(
    { path: '/flowcerta/api/v1/validations' },
    ({ validationId, fileName, label, score, validatedAt }) =>
      shown(validationId, label || fileName, `score ${score}`, validatedAt),
  ),
  searchExceptions: searchIn({ path: '/flowcerta/api/v1/exceptions' }, ({ exceptionId, ruleId, fileName, status }) =>
    shown(exceptionId, ruleId, fileName, status),
  ),
  searchSchedules: searchIn({ path: '/v1/schedules' }, ({ id, note }) => shown(id, note || id)),
};

function shown(id: IDataObject[string], ...parts: IDataObject[string][]) {
  return { name: parts.map(String).join(' · '), value: String(id) };
}
