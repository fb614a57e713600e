import { describe, expect, test } from 'vitest';
import { meaningOfAny } from './any-meaning.ts';

test.each([
  ['order.payment_failed', 'Order payment failed'],
  ['dataSet.rebuildStarted', 'Data set rebuild started'],
  ['api_key.created', 'API key created'],
  ['', 'Event'],
])('%s is titled "%s"', (type, title) => {
  expect(meaningOfAny(type, {}).title).toBe(title);
});

const MESSAGE = {
  title: 'Order 7 is\n stuck',
  text: 'No paper.',
  severity: 'high',
  id: '7',
  url: 'https://x.example',
  order: 7,
};

test.each([
  ['n8n.message', 'high', false],
  ['n8n.message.resolved', 'high', false],
  ['message', 'high', false],
])('%s says its own title, and nothing of it twice', (type, severity, resolved) => {
  expect(meaningOfAny(type, MESSAGE)).toMatchObject({
    title: 'Order 7 is stuck',
    text: 'No paper.',
    severity,
    resolved,
    subject: [type.split('.')[0], '7'],
    fields: [{ label: 'Order', value: '7' }],
  });
});

test.each([
  ['n8n.message', { title: ' ' }, 'N8n message'],
  ['n8n.message', { title: 7 }, 'N8n message'],
  // What is about a thing with a title is not called like the thing.
  ['document.created', { title: 'Report' }, 'Document created'],
  ['commit_message.changed', { title: 'Report' }, 'Commit message changed'],
])('%s with %j is titled "%s"', (type, data, title) => {
  expect(meaningOfAny(type, data).title).toBe(title);
});

test.each([
  ['order.failed', {}, 'high', false],
  ['check.failing', {}, 'high', false],
  ['parser.error', {}, 'high', false],
  ['host.down', {}, 'high', false],
  ['licence.expired', {}, 'medium', false],
  ['order.cancelled', {}, 'medium', false],
  ['order.created', {}, 'info', false],
  ['order.completed', {}, 'info', true],
  ['incident.resolved', {}, 'info', true],
  // Endings are words, not letters.
  ['group.setup', {}, 'info', false],
  ['rules.broken_down_by_hand', {}, 'info', false],
  ['order.created', { severity: 'CRITICAL' }, 'critical', false],
  ['order.created', { level: 'warning' }, 'medium', false],
  ['order.created', { priority: 'blocker' }, 'critical', false],
  ['order.failed', { severity: 'low' }, 'low', false],
  ['order.completed', { severity: 'error' }, 'high', false],
  ['order.failed', { severity: 'whatever', level: 3 }, 'high', false],
  ['order.created', { severity: 'constructor' }, 'info', false],
])('%s with %j is %s, resolved: %s', (type, data, severity, resolved) => {
  expect(meaningOfAny(type, data)).toMatchObject({ severity, resolved });
});

test.each([
  [{ order_id: 7, id: 'x' }, 7],
  [{ orderId: 'o7', id: 'x' }, 'o7'],
  [{ order: { id: 'o8' }, id: 'x' }, 'o8'],
  [{ id: 'x' }, 'x'],
  [{ name: 'x' }, undefined],
])('with %j an order event is about %s', (data, id) => {
  expect(meaningOfAny('order.created', data).subject).toEqual(['order', id]);
});

test('the first sentence in data is the text and no row', () => {
  const { text, fields } = meaningOfAny('a.b', { description: 'Second.', message: 'First.', n: 1 });
  expect(text).toBe('First.');
  expect(fields.map(({ label }) => label)).toEqual(['Description', 'N']);
});

describe('rows from data', () => {
  const rows = (data: Record<string, unknown>) =>
    Object.fromEntries(meaningOfAny('a.b', data).fields.map(({ label, value }) => [label, value]));

  test.each([
    ['text', { full_name: 'Zoë' }, { 'Full name': 'Zoë' }],
    ['a time', { createdAt: '2024-01-15T11:30:00+01:00' }, { 'Created at': '2024-01-15 10:30:00 UTC' }],
    ['what only begins like a time', { code: '2024-01-15T' }, { Code: '2024-01-15T' }],
    ['zero and false', { count: 0, ok: false }, { Count: '0', Ok: 'no' }],
    ['nothing', { a: null, b: '', c: [], d: {} }, {}],
    ['a list', { tags: ['a', 1, true, null] }, { Tags: 'a, 1, yes' }],
    [
      'a long list',
      { n: Array.from({ length: 13 }, (_, index) => index) },
      { N: '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 3 more' },
    ],
    ['a list of objects', { items: [{ a: 1 }, { a: 2 }] }, { Items: '2 entries' }],
    ['nested objects', { error: { code: 'E1', at: { line: 3 } } }, { 'Error code': 'E1', 'Error at line': '3' }],
    ['what lies deeper', { a: { b: { c: { d: 1, e: 2 } } } }, { 'A b c': '2 fields' }],
  ])('%s', (_, data, expected) => {
    expect(rows(data)).toEqual(expected);
  });

  test('at most twelve, the last of which counts the rest', () => {
    const data = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));
    expect(Object.keys(rows(data(12)))).toHaveLength(12);
    expect(rows(data(12))).not.toHaveProperty('More');
    expect(Object.keys(rows(data(13)))).toHaveLength(12);
    expect(rows(data(13))).toMatchObject({ F10: '10', More: '2 further fields' });
  });
});
