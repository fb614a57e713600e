import type { DestinationField } from '../fields.ts';

export const TEAMS_FIELDS: readonly DestinationField[] = [
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
