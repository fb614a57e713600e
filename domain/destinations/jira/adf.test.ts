import { describe, expect, test } from 'vitest';
import { adfFaults } from '../../../test/vendors/jira.ts';
import { aHugeMessage, aMessage, HARD_TEXTS, repeated } from '../fixtures.ts';
import { renderAdfComment, renderAdfDescription } from './adf.ts';

const text = (value: string, ...marks: object[]) => ({ type: 'text', text: value, ...(marks.length > 0 && { marks }) });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });

test('text, rows as a table, list, link and origin stand in this order; lines are parted by breaks', () => {
  const document = renderAdfDescription(
    aMessage({
      text: 'One.\n\nTwo.',
      list: { title: 'Findings', items: [{ severity: 'critical', title: 'R1', text: 'Bad.' }], total: 3 },
      link: { label: 'Open', url: 'https://example.com/1' },
    }),
  );
  expect(document).toEqual({
    version: 1,
    type: 'doc',
    content: [
      paragraph(text('One.'), { type: 'hardBreak' }, { type: 'hardBreak' }, text('Two.')),
      {
        type: 'table',
        content: [
          {
            type: 'tableRow',
            content: [
              { type: 'tableHeader', content: [paragraph(text('Job'))] },
              { type: 'tableCell', content: [paragraph(text('job_abc123'))] },
            ],
          },
        ],
      },
      paragraph(text('Findings (1 of 3)', { type: 'strong' })),
      {
        type: 'bulletList',
        content: [
          {
            type: 'listItem',
            content: [paragraph(text('Critical · R1', { type: 'strong' }), { type: 'hardBreak' }, text('Bad.'))],
          },
        ],
      },
      paragraph(text('Open', { type: 'link', attrs: { href: 'https://example.com/1' } })),
      paragraph(text('High · FlexOrch · job.failed · 2024-01-15 10:30:00 UTC', { type: 'em' })),
    ],
  });
});

test('a comment begins with the title', () => {
  expect(renderAdfComment(aMessage()).content[0]).toEqual(paragraph(text('Job job_abc123 failed', { type: 'strong' })));
});

test('a message of nothing is valid', () => {
  const bare = aMessage({ title: '', text: '', fields: [{ label: '', value: '' }], origin: '', occurredAt: '' });
  expect(adfFaults(renderAdfDescription(bare))).toEqual([]);
  expect(adfFaults(renderAdfComment(bare))).toEqual([]);
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test.each([1, 255, 2_001])('of %i units anywhere: valid, within 32,767 characters of document', (units) => {
    const message = aHugeMessage(unit, units);
    expect(adfFaults(renderAdfDescription(message))).toEqual([]);
    expect(adfFaults(renderAdfComment(message))).toEqual([]);
  });

  test('as a long text alone: within the limit, and most of it is used', () => {
    const document = renderAdfDescription(aMessage({ text: repeated(unit, 40_000) }));
    expect(adfFaults(document)).toEqual([]);
    expect(JSON.stringify(document).length).toBeGreaterThan(15_000);
  });
});

test('rows that do not fit are dropped, and the document says how many', () => {
  const fields = Array.from({ length: 20 }, (_, index) => ({ label: `L${index}`, value: 'v'.repeat(2_500) }));
  const document = JSON.stringify(renderAdfDescription(aMessage({ fields })));
  expect(document.length).toBeLessThanOrEqual(32_000);
  expect(document).toMatch(/"(8|9) rows were left out to keep this short\."/);
});
