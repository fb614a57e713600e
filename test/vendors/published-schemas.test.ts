import { expect, test } from 'vitest';
import { publishedAdfFaults, publishedCardFaults } from './published-schemas.ts';

const adf = (content: unknown[]) => ({ version: 1, type: 'doc', content });
const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });

test.each([
  ['a paragraph', adf([paragraph({ type: 'text', text: 'Hi' })]), []],
  ['a text instead of a document', 'Hi', [/./]],
  ['no version', { type: 'doc', content: [] }, [/version/]],
  ['an empty text', adf([paragraph({ type: 'text', text: '' })]), [/./]],
  ['a node nobody knows', adf([{ type: 'shout' }]), [/./]],
])('the Atlassian Document Format: %s', (_, document, expected) => {
  const faults = publishedAdfFaults(document);
  expect(faults.length > 0).toBe(expected.length > 0);
  for (const rule of expected) expect(faults.join('\n')).toMatch(rule);
});

const card = (body: unknown[], more = {}) => ({ type: 'AdaptiveCard', version: '1.5', body, ...more });
const textBlock = { type: 'TextBlock', text: 'Hi' };

test.each([
  ['a text', card([textBlock]), true],
  ["Teams' own settings", card([textBlock], { msteams: { width: 'Full' } }), true],
  ['a text without its text', card([{ type: 'TextBlock' }]), false],
  ['an unknown property', card([{ ...textBlock, shout: true }]), false],
  ['an unknown element', card([{ type: 'Shout', text: 'Hi' }]), false],
  ['an action without an address', card([textBlock], { actions: [{ type: 'Action.OpenUrl', title: 'Open' }] }), false],
  ['nothing', null, false],
])('Adaptive Cards: %s', (_, body, valid) => {
  expect(publishedCardFaults(body).length === 0).toBe(valid);
});
