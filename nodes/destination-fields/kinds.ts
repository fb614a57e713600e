import type { NativeKind } from '../../domain/destinations/destination.ts';
import type { DestinationField } from '../../domain/destinations/fields.ts';
import { jiraFields } from '../../domain/destinations/jira/config-fields.ts';
import { SERVICENOW_FIELDS } from '../../domain/destinations/servicenow/config.ts';
import { SLACK_FIELDS } from '../../domain/destinations/slack/config.ts';
import { TEAMS_FIELDS } from '../../domain/destinations/teams/config-fields.ts';

/** A native destination as the nodes offer it. */
export interface Kind {
  kind: NativeKind;
  title: string;
  fields: readonly DestinationField[];
}

/**
 * All native destinations with the fields that the API declares for them. The destinations themselves stay out of n8n's package: it
 * needs none of their requests.
 */
export const KINDS: readonly Kind[] = [
  { kind: 'slack', title: 'Slack', fields: SLACK_FIELDS },
  { kind: 'teams', title: 'Microsoft Teams', fields: TEAMS_FIELDS },
  { kind: 'jira', title: 'Jira', fields: jiraFields },
  { kind: 'servicenow', title: 'ServiceNow', fields: SERVICENOW_FIELDS },
];

/** Throws for a kind that a newer version of the node saved. */
export function kindOf(name: string): Kind {
  const kind = KINDS.find((entry) => entry.kind === name);
  if (!kind) throw new Error(`this version of the node does not know the destination ${name}`);
  return kind;
}

/** Whether a field stands by itself; the others are added where they are wanted. Fields that others depend on must always be seen. */
export function standsAlone({ fields }: Kind, { name, required }: DestinationField): boolean {
  return required || fields.some(({ when }) => when?.field === name);
}

/** Name of a field among the node's parameters: `jiraBaseUrl`. */
export function parameterOf({ kind }: Kind, { name }: Pick<DestinationField, 'name'>): string {
  return `${kind}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Name of the collection of fields that do not stand alone. */
export function moreOf({ kind }: Kind): string {
  return `${kind}More`;
}
