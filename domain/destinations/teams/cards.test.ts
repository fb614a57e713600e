import { describe, expect, test } from 'vitest';
import { adaptiveCardFaults } from '../../../test/vendors/adaptive-card.ts';
import { messageCardFaults } from '../../../test/vendors/message-card.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import type { Level, Message } from '../message.ts';
import { renderAdaptiveCard } from './adaptive-card.ts';
import { renderMessageCard } from './message-card.ts';

const cards = [
  { name: 'Adaptive Card', render: renderAdaptiveCard, faults: adaptiveCardFaults },
  { name: 'MessageCard', render: renderMessageCard, faults: messageCardFaults },
] as const;

const LINKED = aMessage({ link: { label: 'Open', url: 'https://example.com/jobs/1' } });
const bytesOf = (body: unknown) => Buffer.byteLength(JSON.stringify(body));
const withRows = (rows: number, bytes: number) =>
  aMessage({ fields: Array.from({ length: rows }, (_, index) => ({ label: `L${index}`, value: 'v'.repeat(bytes) })) });

describe.each(cards)('$name', ({ render, faults }) => {
  test('a message of nothing but a title is valid, an empty one too', () => {
    const bare = { text: '', fields: [], origin: '', occurredAt: '' };
    for (const title of ['Job failed', '']) expect(faults(render(aMessage({ ...bare, title })))).toEqual([]);
  });

  test.each(HARD_TEXTS)('%s of any length anywhere: valid, within 20,000 bytes', (_, unit) => {
    for (const units of [1, 150, 3_001]) {
      const body = render(aHugeMessage(unit, units));
      expect(faults(body)).toEqual([]);
      expect(bytesOf(body)).toBeLessThanOrEqual(20_000);
    }
  });

  test('rows that do not fit are dropped from the end, no more than needed, and the card says how many', () => {
    const empty = bytesOf(render(withRows(11, 0)));
    const room = Math.floor((20_000 - empty) / 11);
    expect(JSON.stringify(render(withRows(11, room)))).not.toContain('left out');
    const body = JSON.stringify(render(withRows(11, room + 10)));
    expect(body).toContain('One row was left out to keep this short.');
    expect(body).toContain('"L9"');
    expect(body).not.toContain('"L10"');
  });

  test.each([
    ['two-byte letters', 'ж', 2],
    ['ideographs', '漢', 3],
    ['emoji', '🚀', 4],
  ])('%s are counted in bytes: rows fit or not by them', (_, unit, bytes) => {
    const rows = 12;
    const value = unit.repeat(Math.floor(1_900 / bytes));
    const body = render(aMessage({ fields: Array.from({ length: rows }, () => ({ label: 'L', value })) }));
    expect(bytesOf(body)).toBeLessThanOrEqual(20_000);
    expect(bytesOf(body)).toBeGreaterThan(17_500);
    expect(JSON.stringify(body)).toMatch(/[23] rows were left out/);
  });

  test('Markdown, HTML and mentions in an event do nothing', () => {
    const evil = '<at>all</at> [ok](https://evil.example) **bold**';
    const body = JSON.stringify(render(aMessage({ text: evil, fields: [{ label: evil, value: evil }], origin: evil })));
    expect(body).not.toContain('<at>');
    expect(body).not.toMatch(/(?<!\\)[[\]*]{1}bold|\]\(https/);
  });

  test('the link is a button', () => {
    expect(JSON.stringify(render(LINKED))).toContain('"https://example.com/jobs/1"');
  });
});

test.each<[Partial<Message>, Level, string, string]>([
  [{ severity: 'critical' }, 'critical', 'attention', 'C50F1F'],
  [{ severity: 'high' }, 'high', 'attention', 'D83B01'],
  [{ severity: 'medium' }, 'medium', 'warning', 'FFB900'],
  [{ severity: 'low', resolved: true }, 'low', 'accent', '0078D4'],
  [{ severity: 'info' }, 'info', 'default', '8A8886'],
  [{ severity: 'info', resolved: true }, 'ok', 'good', '107C10'],
])('level and colour of %j: %s, said in words too', (part, level, style, color) => {
  const [head, ...body] = renderAdaptiveCard(aMessage(part)).attachments[0].content.body;
  const card = renderMessageCard(aMessage(part));
  expect(head).toMatchObject({ style });
  expect(card.themeColor).toBe(color);
  for (const text of [JSON.stringify(body), JSON.stringify(card.sections)]) {
    expect(text.toLowerCase()).toContain(`${level} · flexorch`);
  }
});
