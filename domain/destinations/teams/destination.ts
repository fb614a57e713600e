import type { CheckResult, Destination, Steps } from '../destination.ts';
import type { DestinationField } from '../fields.ts';
import { assumedAnswer } from '../transport.ts';
import { deliverCard, type TeamsConfig } from './deliver.ts';
import { addressOf, isWorkflowsUrl, webhookUrlFaults } from './webhook-url.ts';

const FIELDS: readonly DestinationField[] = [
  {
    name: 'webhookUrl',
    label: 'Workflow URL',
    kind: 'url',
    required: true,
    secret: true,
    help:
      'In Teams: the channel’s menu, Workflows, “Send webhook alerts to a channel”. Teams cannot be asked what it has posted, so after ' +
      'a lost answer a card is posted again; in rare cases it appears twice.',
    maxLength: 2_048,
    placeholder: 'https://….environment.api.powerplatform.com/…/triggers/manual/paths/invoke?api-version=1&…&sig=…',
  },
];

/** Microsoft Teams: a card in a channel for each event, through a workflow of Power Automate. */
export const teamsDestination: Destination<TeamsConfig> = {
  kind: 'teams',
  title: 'Microsoft Teams',
  summary: 'Posts a card to a channel, through a workflow with a webhook trigger.',
  fields: FIELDS,
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
