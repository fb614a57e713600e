import type { INodeProperties } from 'n8n-workflow';
import { expect, test } from 'vitest';
import { DESTINATIONS } from '../../domain/destinations/destinations.ts';
import { configOf } from './config.ts';
import { KINDS, kindOf } from './kinds.ts';
import { propertiesOfKind } from './properties.ts';

test('the nodes offer every native destination under its title, with the fields that the API declares', () => {
  expect(KINDS).toEqual(DESTINATIONS.map(({ kind, title, fields }) => ({ kind, title, fields })));
});

test.each(KINDS)('$kind has a property for every field, and only secrets may be expressions', (kind) => {
  const properties = propertiesOfKind(kind);
  const inside = properties.flatMap(({ type, options }) =>
    type === 'collection' ? (options ?? []) : [],
  ) as INodeProperties[];
  const all = [...properties.filter(({ type }) => type !== 'collection'), ...inside];
  expect(all.map(({ displayName }) => displayName.toLowerCase())).toEqual(
    expect.arrayContaining(kind.fields.map(({ label }) => label.toLowerCase())),
  );
  expect(all).toHaveLength(kind.fields.length);
  const open = all.filter((property) => !('noDataExpression' in property));
  expect(open).toHaveLength(kind.fields.filter(({ secret }) => secret).length);
});

test('a field that is not asked for any more is left out, though the workflow keeps its value', () => {
  const given: Record<string, unknown> = {
    slackVia: 'webhook',
    slackWebhookUrl: 'https://h.example',
    slackBotToken: 'x',
  };
  expect(configOf(kindOf('slack'), (name) => given[name])).toEqual({ via: 'webhook', webhookUrl: 'https://h.example' });
});

test('what depends on a field that is not given follows that field’s default', () => {
  const given: Record<string, unknown> = {
    servicenowInstanceUrl: 'https://x.example',
    servicenowUsername: 'u',
    servicenowPassword: 'p',
    servicenowClientId: 'c',
    servicenowMore: {
      table: { __rl: true, mode: 'id', value: 'problem' },
      urgencies: {
        entries: [
          { name: 'high', value: '1' },
          { name: 'low', value: '' },
        ],
      },
      reopen: false,
      eventNode: 'srv-1',
    },
  };
  expect(configOf(kindOf('servicenow'), (name) => given[name])).toEqual({
    instanceUrl: 'https://x.example',
    username: 'u',
    password: 'p',
    table: 'problem',
    urgencies: { high: '1' },
    reopen: false,
  });
});

test('a destination of a newer version is refused by name', () => {
  expect(() => kindOf('pager')).toThrow('does not know the destination pager');
});
