import type { OperationalFacts } from '../domain/dialects/standard/operational.ts';
import type { AlertingEndpoint } from './health.ts';
import type { Occurrence } from './operational.ts';

/** What operational events need of an endpoint's row. */
export interface OccurringEndpoint {
  id: string;
  organizationId: string;
  dialect: string;
  destination: string;
  url: string;
  description: string;
  version: number;
}

type Change = OperationalFacts<'endpoint.updated'>['change'];

/** An endpoint as operational events name it: of its URL only the host, since path and query may be secret. */
export function endpointFacts(
  endpoint: Omit<OccurringEndpoint, 'organizationId' | 'version'>,
): OperationalFacts<'endpoint.created'>['endpoint'] {
  const { id, dialect, destination, url, description } = endpoint;
  return { id, dialect, destination, host: URL.parse(url)?.host ?? '', description };
}

/** An endpoint just created. */
export function endpointCreated(row: OccurringEndpoint): Occurrence {
  const { id, organizationId } = row;
  return { organizationId, type: 'endpoint.created', key: id, facts: { endpoint: endpointFacts(row) } };
}

/** An endpoint just changed, with its new version. `fields`: what a change of settings named. */
export function endpointUpdated(row: OccurringEndpoint, change: Change, fields: string[] = []): Occurrence {
  const { organizationId } = row;
  return {
    organizationId,
    type: 'endpoint.updated',
    key: versionOf(row),
    facts: { endpoint: endpointFacts(row), change, fields },
  };
}

/** An endpoint just disabled, with its new version. */
export function endpointDisabled(row: OccurringEndpoint, reason: string): Occurrence {
  const { organizationId } = row;
  return {
    organizationId,
    type: 'endpoint.disabled',
    key: versionOf(row),
    facts: { endpoint: endpointFacts(row), reason },
  };
}

/** An endpoint just paused, with its new version. */
export function endpointPaused(row: OccurringEndpoint, reason: string): Occurrence {
  const { organizationId } = row;
  return {
    organizationId,
    type: 'endpoint.paused',
    key: versionOf(row),
    facts: { endpoint: endpointFacts(row), reason },
  };
}

/** An endpoint that fails more than it tolerates, told once for each `day`. */
export function endpointFailing(row: AlertingEndpoint, day: string): Occurrence {
  const { id, organizationId, share: alertFailureShare, attempts, failed } = row;
  const facts = { endpoint: endpointFacts(row), alertFailureShare, attempts, failed };
  return { organizationId, type: 'endpoint.failing', key: `${id} ${day}`, facts };
}

function versionOf({ id, version }: OccurringEndpoint): string {
  return `${id} ${version}`;
}
