import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { adaptiveCardFaults } from '../../test/vendors/adaptive-card.ts';
import { adfFaults, summaryFaults, wikiFaults } from '../../test/vendors/jira.ts';
import { messageCardFaults } from '../../test/vendors/message-card.ts';
import { recordFaults } from '../../test/vendors/servicenow.ts';
import { slackFaults } from '../../test/vendors/slack-blocks.ts';
import { catalogueOf } from '../dialects/catalogues.ts';
import { meaningOf } from '../dialects/meanings.ts';
import { DIALECT_NAMES } from '../dialects/wires.ts';
import { renderAdfComment, renderAdfDescription } from './jira/adf.ts';
import { renderSummary } from './jira/summary.ts';
import { renderWikiComment, renderWikiDescription } from './jira/wiki.ts';
import type { Message } from './message.ts';
import { renderDescription, renderShortDescription, renderWorkNote } from './servicenow/texts.ts';
import { renderSlack } from './slack/render.ts';
import { renderAdaptiveCard } from './teams/adaptive-card.ts';
import { renderMessageCard } from './teams/message-card.ts';

const folder = new URL('golden/', import.meta.url);

interface Sample {
  /** Dialect and type; the name of the golden files. */
  name: string;
  dialect: string;
  type: string;
  data: Record<string, unknown>;
}

const samples: Sample[] = [
  ...DIALECT_NAMES.flatMap((dialect) =>
    (catalogueOf(dialect)?.eventTypes ?? []).map(({ name: type, example }) => {
      return { name: `${dialect}.${type}`, dialect, type, data: example };
    }),
  ),
  {
    name: 'flowcerta.validation.completed.passed',
    dialect: 'flowcerta',
    type: 'validation.completed',
    data: {
      ...catalogueOf('flowcerta')?.eventTypes[0]?.example,
      passed: true,
      score: 100,
      summary: { critical: 0, high: 0, medium: 0, low: 0, total: 0 },
      findings: [],
    },
  },
  {
    name: 'standard.order.payment_failed',
    dialect: 'standard',
    type: 'order.payment_failed',
    data: {
      order_id: 1042,
      message: 'The card was declined & the order is on hold.',
      customer: { name: 'Zoë <zoe@example.com>', address: { country: 'DE' } },
      items: [{ sku: 'A-1' }, { sku: 'B-2' }],
      tags: ['priority', 'export'],
      retryable: true,
      url: 'https://shop.example.com/orders/1042?tab=payments',
    },
  },
  { name: 'orion.analysis.started', dialect: 'orion', type: 'analysis.started', data: {} },
];

/** A rendering as its golden file shows it, and what the vendor would say of it. */
interface Rendering {
  shown: string;
  faults: string[];
}

const json = (body: unknown) => `${JSON.stringify(body, null, 2)}\n`;
const whole = (body: unknown, faults: string[]): Rendering => ({ shown: json(body), faults });
const all = () => true;

const renderers = [
  { name: 'slack', ending: 'json', render: rendersSlack, serves: all },
  { name: 'adaptive-card', ending: 'json', render: rendersAdaptiveCard, serves: all },
  {
    name: 'message-card',
    ending: 'json',
    render: rendersMessageCard,
    serves: ({ dialect }: Sample) => dialect === 'flowcerta',
  },
  { name: 'jira-cloud', ending: 'json', render: rendersForJiraCloud, serves: all },
  { name: 'jira-data-center', ending: 'txt', render: rendersForJiraDataCenter, serves: all },
  { name: 'servicenow', ending: 'txt', render: rendersForServiceNow, serves: all },
];

function rendersSlack(message: Message): Rendering {
  const body = renderSlack(message);
  return whole(body, slackFaults(body));
}

function rendersAdaptiveCard(message: Message): Rendering {
  const body = renderAdaptiveCard(message);
  return whole(body, adaptiveCardFaults(body));
}

function rendersMessageCard(message: Message): Rendering {
  const body = renderMessageCard(message);
  return whole(body, messageCardFaults(body));
}

function rendersForJiraCloud(message: Message): Rendering {
  const ticket = { summary: renderSummary(message), description: renderAdfDescription(message) };
  const faults = [ticket.description, renderAdfComment(message)].flatMap(adfFaults);
  return whole(ticket, [...summaryFaults(ticket.summary), ...faults]);
}

function rendersForJiraDataCenter(message: Message): Rendering {
  const summary = renderSummary(message);
  const description = renderWikiDescription(message);
  const faults = [description, renderWikiComment(message)].flatMap(wikiFaults);
  return { shown: `${summary}\n\n${description}\n`, faults: [...summaryFaults(summary), ...faults] };
}

function rendersForServiceNow(message: Message): Rendering {
  const record = {
    short_description: renderShortDescription(message),
    description: renderDescription(message),
    work_notes: renderWorkNote(message),
  };
  return { shown: `${record.short_description}\n\n${record.description}\n`, faults: recordFaults(record) };
}

function messageOf({ dialect, type, data }: Sample): Message {
  return meaningOf({ id: 'evt_01J2Z9', dialect, type, data, occurredAt: '2026-05-15T18:42:11.532Z' });
}

describe.each(renderers)('$name', ({ name, ending, render, serves }) => {
  const served = samples.filter(serves);

  test.each(served)('$name looks as it did, and the vendor takes it', async (sample) => {
    const { shown, faults } = render(messageOf(sample));
    expect(faults).toEqual([]);
    await expect(shown).toMatchFileSnapshot(fileURLToPath(new URL(`${name}/${sample.name}.${ending}`, folder)));
  });

  test('no golden file is left of an event type that is gone', () => {
    const expected = served.map((sample) => `${sample.name}.${ending}`);
    const files = readdirSync(new URL(`${name}/`, folder));
    expect(files.filter((file) => !expected.includes(file))).toEqual([]);
  });
});
