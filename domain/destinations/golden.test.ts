import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { adaptiveCardFaults } from '../../test/vendors/adaptive-card.ts';
import { messageCardFaults } from '../../test/vendors/message-card.ts';
import { slackFaults } from '../../test/vendors/slack-blocks.ts';
import { catalogueOf } from '../dialects/catalogues.ts';
import { meaningOf } from '../dialects/meanings.ts';
import { DIALECT_NAMES } from '../dialects/wires.ts';
import type { Message } from './message.ts';
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

/** How each renderer is written down, which event types it serves, and what its vendor says of the result. */
const renderers = [
  { name: 'slack', ending: 'json', render: renderSlack, faults: slackFaults, serves: () => true },
  { name: 'adaptive-card', ending: 'json', render: renderAdaptiveCard, faults: adaptiveCardFaults, serves: () => true },
  {
    name: 'message-card',
    ending: 'json',
    render: renderMessageCard,
    faults: messageCardFaults,
    serves: (sample: Sample) => sample.dialect === 'flowcerta',
  },
];

function messageOf({ dialect, type, data }: Sample): Message {
  return meaningOf({ id: 'evt_01J2Z9', dialect, type, data, occurredAt: '2026-05-15T18:42:11.532Z' });
}

describe.each(renderers)('$name', ({ name, ending, render, faults, serves }) => {
  const served = samples.filter(serves);

  test.each(served)('$name looks as it did, and the vendor takes it', async (sample) => {
    const body = render(messageOf(sample));
    expect(faults(body)).toEqual([]);
    const shown = `${JSON.stringify(body, null, 2)}\n`;
    await expect(shown).toMatchFileSnapshot(fileURLToPath(new URL(`${name}/${sample.name}.${ending}`, folder)));
  });

  test('no golden file is left of an event type that is gone', () => {
    const expected = served.map((sample) => `${sample.name}.${ending}`);
    const files = readdirSync(new URL(`${name}/`, folder));
    expect(files.filter((file) => !expected.includes(file))).toEqual([]);
  });
});
