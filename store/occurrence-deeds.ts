import type { OperationalFacts } from '../domain/dialects/standard/operational.ts';
import type { Action, Deed } from './activity.ts';
import type { Occurrence } from './operational.ts';

const UPDATES: Record<OperationalFacts<'endpoint.updated'>['change'], Action> = {
  settings: 'endpoint.updated',
  enabled: 'endpoint.enabled',
  deleted: 'endpoint.deleted',
  resumed: 'endpoint.resumed',
  secret_rotated: 'endpoint.secret_rotated',
};

/** What is written down of something that happened: changes of endpoints; of everything else nothing. */
export function deedsOf(occurrence: Occurrence): Deed[] {
  const { organizationId } = occurrence;
  const of = (
    action: Action,
    endpoint: { id: string; description: string; host: string },
    changes: Deed['changes'] = [],
  ) => {
    // The address may hold a secret, its host does not.
    const name = endpoint.description || endpoint.host || null;
    return [{ organizationId, action, subject: { id: endpoint.id, name }, changes }];
  };
  switch (occurrence.type) {
    case 'endpoint.created':
      return of('endpoint.created', occurrence.facts.endpoint);
    case 'endpoint.updated': {
      const { endpoint, change, fields } = occurrence.facts;
      return of(UPDATES[change], endpoint, occurrence.changes ?? fields.map((field) => ({ field })));
    }
    case 'endpoint.disabled':
    case 'endpoint.paused':
      return of(occurrence.type, occurrence.facts.endpoint, [{ field: 'reason', to: occurrence.facts.reason }]);
    default:
      return [];
  }
}
