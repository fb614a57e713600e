import { describe, expect, test } from 'vitest';
import { aMessage } from '../../destinations/fixtures.ts';
import type { Message } from '../../destinations/message.ts';
import { previewSteps } from '../../destinations/run-steps.ts';
import { slackDestination } from '../../destinations/slack/destination.ts';
import { teamsDestination } from '../../destinations/teams/destination.ts';
import { anAttempt, anEvent, hmac } from '../fixtures.ts';
import { meaningOf } from '../meanings.ts';
import { flowcertaCatalogue } from './catalogue.ts';
import { flowcertaWire } from './wire.ts';

// A target of Flowcerta's webhooks shows what a destination of that kind shows: both are drawn by the same functions.

const ATTEMPT = anAttempt({ secrets: [hmac('b3f1'.repeat(16))] });

function eventOf(type: string, data: Record<string, unknown>) {
  return anEvent({ dialect: 'flowcerta', type, data, occurredAt: '2026-05-15T18:42:11.532Z' });
}

function inputOf<Config>(config: Config, message: Message) {
  return {
    config,
    message,
    deliveryKey: 'dlv_01J2ZA',
    subjectKey: `wb-${'0'.repeat(40)}`,
    remote: null,
    outdated: false,
    unsure: null,
    test: false,
    tokens: { get: () => undefined, set: () => undefined, clear: () => undefined },
    nowMs: 0,
  };
}

const sentToTarget = (target: string, event: ReturnType<typeof eventOf>) =>
  JSON.parse(flowcertaWire.render(event, { ...ATTEMPT, options: { target } }).body);

function sentToSlack(message: Message) {
  const config = { via: 'webhook', webhookUrl: 'https://hooks.slack.com/services/T1/B1/x' } as const;
  const { requests } = previewSteps(slackDestination.deliver(inputOf(config, message)), slackDestination.assume);
  return JSON.parse(requests[0]?.body ?? '');
}

function sentToTeams(message: Message) {
  const config = { webhookUrl: 'https://relay.example.com/' };
  const { requests } = previewSteps(teamsDestination.deliver(inputOf(config, message)), teamsDestination.assume);
  return JSON.parse(requests[0]?.body ?? '').attachments[0].content;
}

interface Part {
  type?: string;
  text?: string;
  title?: string;
  items?: Part[];
  facts?: { name?: string; title?: string; value: string }[];
}

/** Every text of a card, in the order in which it is read. */
function textsOf(parts: readonly Part[]): string[] {
  return parts.flatMap(({ title, text, facts = [], items = [] }) => [
    ...[title, text].filter((part) => part !== undefined),
    ...facts.flatMap((fact) => [fact.name ?? fact.title ?? '', fact.value]),
    ...textsOf(items),
  ]);
}

const findings = Array.from({ length: 300 }, (_, index) => {
  return { ruleId: `RULE${index}`, severity: 'low', location: 'Main.xaml:42', description: 'Hardcoded. '.repeat(100) };
});
const COMPLETED = flowcertaCatalogue.eventTypes[0]?.example ?? {};

const events = [
  ...flowcertaCatalogue.eventTypes.map(({ name, example }) => [name, eventOf(name, example)] as const),
  ['more findings than fit', eventOf('validation.completed', { ...COMPLETED, findings })] as const,
  [
    'marks of Slack and Markdown',
    eventOf('validation.completed', { ...COMPLETED, fileName: '<!channel> *a* [x](https://evil.example)' }),
  ] as const,
];

describe.each(events)('%s', (_, event) => {
  test('target slack is, byte for byte, what the destination slack posts to a webhook', () => {
    expect(sentToTarget('slack', event)).toEqual(sentToSlack(meaningOf(event)));
  });

  test('target teams says in its MessageCard, text for text, what the destination teams says in its Adaptive Card', () => {
    const card = sentToTarget('teams', event);
    const adaptive = sentToTeams(meaningOf(event));
    expect(textsOf([{ title: card.title, text: card.text }, ...card.sections])).toEqual(textsOf(adaptive.body));
    expect(card.summary).toBe(adaptive.fallbackText);
  });
});

test('the link of both cards is the same', () => {
  const link = { label: 'Open', url: 'https://app.example.com/findings/1' };
  const { actions } = sentToTeams(aMessage({ link }));
  expect(actions).toEqual([{ type: 'Action.OpenUrl', title: 'Open', url: link.url }]);
  const event = eventOf('validation.completed', { ...COMPLETED, url: link.url });
  expect(sentToTarget('teams', event).potentialAction).toEqual([
    { '@type': 'OpenUri', name: 'Open', targets: [{ os: 'default', uri: link.url }] },
  ]);
});
