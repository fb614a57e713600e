import type { Destination } from './destination.ts';
import { jiraDestination } from './jira/destination.ts';
import { servicenowDestination } from './servicenow/destination.ts';
import { slackDestination } from './slack/destination.ts';
import { teamsDestination } from './teams/destination.ts';

/** All native destinations, in the order in which they are offered. */
export const DESTINATIONS: readonly Destination[] = [
  unconfigured(slackDestination),
  unconfigured(teamsDestination),
  unconfigured(jiraDestination),
  unconfigured(servicenowDestination),
];

/** `undefined` for `webhook` and for kinds this version does not know. */
export function destinationOf(kind: string): Destination | undefined {
  return DESTINATIONS.find((destination) => destination.kind === kind);
}

/** A destination as those see it who hand its configuration through: it was checked by the destination's own fields. */
function unconfigured<Config>(destination: Destination<Config>): Destination {
  return destination as unknown as Destination;
}
