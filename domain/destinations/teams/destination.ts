import type { CheckResult, Destination, Steps } from '../destination.ts';
import { assumedAnswer } from '../transport.ts';
import { TEAMS_FIELDS } from './config-fields.ts';
import { deliverCard, type TeamsConfig } from './deliver.ts';
import { addressOf, isWorkflowsUrl, webhookUrlFaults } from './webhook-url.ts';

/** Microsoft Teams: a card in a channel for each event, through a workflow of Power Automate. */
export const teamsDestination: Destination<TeamsConfig> = {
  kind: 'teams',
  title: 'Microsoft Teams',
  summary: 'Posts a card to a channel, through a workflow with a webhook trigger.',
  fields: TEAMS_FIELDS,
  rules: { ratePerSecond: 1, maxPerHour: null },
  check: ({ webhookUrl }) => webhookUrlFaults(webhookUrl),
  address: ({ webhookUrl }) => addressOf(webhookUrl),
  deliver: deliverCard,
  assume: () => assumedAnswer(202, ''),
  verify,
  options: {},
};

/** Asks nothing: any request to a workflow runs it. */
function* verify({ webhookUrl }: TeamsConfig): Steps<CheckResult> {
  yield* [];
  const faults = webhookUrlFaults(webhookUrl);
  if (faults.length > 0) return { ok: false, found: [], faults };
  const { host } = new URL(webhookUrl);
  const what = isWorkflowsUrl(webhookUrl)
    ? `the URL has the form of a workflow’s trigger at ${host}, with its signature`
    : `${host} is none of Microsoft’s hosts for workflows, and taken for a relay`;
  return { ok: true, found: [what, 'only a test event shows whether the workflow takes it'], faults };
}
