import { describe, expect, test } from 'vitest';
import { recordFaults } from '../../../test/vendors/servicenow.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import type { Message } from '../message.ts';
import { renderDescription, renderShortDescription, renderWorkNote } from './texts.ts';

const recordOf = (message: Message) => ({
  short_description: renderShortDescription(message),
  description: renderDescription(message),
  work_notes: renderWorkNote(message),
});

test('a work note begins with the title, a description does not', () => {
  const message = aMessage({ link: { label: 'Open', url: 'https://example.com/1' } });
  const rest = [
    'The source file could not be read.',
    'Job: job_abc123',
    'Open: https://example.com/1',
    'High · FlexOrch · job.failed · 2024-01-15 10:30:00 UTC',
  ];
  expect(renderDescription(message)).toBe(rest.join('\n\n'));
  expect(renderWorkNote(message)).toBe(['Job job_abc123 failed', ...rest].join('\n\n'));
});

test.each(['[code]', '[/CODE]', '[Code]<script>[/code]'])('%s does not show HTML in a journal', (evil) => {
  const message = aMessage({ title: evil, text: evil, fields: [{ label: evil, value: evil }], origin: evil });
  const { description, work_notes } = recordOf(message);
  expect(recordFaults({ description, work_notes })).toEqual([]);
  expect(work_notes.replaceAll('\u200b', '')).toContain(evil);
});

describe.each([...HARD_TEXTS, ['tags of journals', '[code]'] as const])('%s', (name, unit) => {
  test.each([1, 160, 161, 4_001])('of %i units anywhere: within the columns', (units) => {
    const { short_description, ...journals } = recordOf(aHugeMessage(unit, units));
    expect(recordFaults(journals)).toEqual([]);
    if (name !== 'tags of journals') expect(recordFaults({ short_description })).toEqual([]);
  });
});

test.each([
  [159, 'a'.repeat(159)],
  [160, 'a'.repeat(160)],
  [161, expect.stringMatching(/^a+… \(\d+ more characters\)$/)],
])('a short description of %i characters', (length, expected) => {
  expect(renderShortDescription(aMessage({ title: 'a'.repeat(length) }))).toEqual(expected);
});

test('rows that do not fit are dropped, and the text says how many', () => {
  const fields = Array.from({ length: 20 }, (_, index) => ({ label: `L${index}`, value: 'v'.repeat(400) }));
  const description = renderDescription(aMessage({ fields }));
  expect(description.length).toBeLessThanOrEqual(4_000);
  expect(description).toContain('11 rows were left out to keep this short.');
});
