import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isOperational, OPERATIONAL_TYPES } from '../delivery/operational.ts';
import { catalogueOf, eventTypeOf } from './catalogues.ts';
import { DIALECT_NAMES, wireOf } from './wires.ts';

const RANDOM = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('not registered');
  return found;
}

test('six dialects are registered, each with both halves', () => {
  expect(DIALECT_NAMES).toEqual(['standard', 'flexorch', 'orion', 'fltr', 'job-status', 'flowcerta']);
  for (const name of DIALECT_NAMES) {
    expect(wireOf(name)?.name).toBe(name);
    expect(catalogueOf(name)?.dialect).toBe(name);
  }
});

test('endpoints of dialect * are rendered by standard, but nothing is published in it', () => {
  expect(wireOf('*')).toBe(wireOf('standard'));
  expect(catalogueOf('*')).toBeUndefined();
});

test.each(['', 'nobody', 'constructor', '__proto__'])('the name "%s" is unknown', (name) => {
  expect(wireOf(name)).toBeUndefined();
  expect(catalogueOf(name)).toBeUndefined();
  expect(eventTypeOf(name, 'job.completed')).toBeUndefined();
});

test('the same name is another event type in another dialect', () => {
  const [flexorch, orion] = [eventTypeOf('flexorch', 'job.completed'), eventTypeOf('orion', 'job.completed')];
  expect(flexorch?.origin).toBe('document');
  expect(orion?.origin).toBe('ours');
  expect(eventTypeOf('flexorch', 'job.created')).toBeUndefined();
});

test('only standard and orion take types outside their catalogue', () => {
  expect(DIALECT_NAMES.filter((name) => catalogueOf(name)?.open)).toEqual(['standard', 'orion']);
});

test('what Waybill raises about itself is reserved in the catalogue, and nothing else is', () => {
  for (const dialect of DIALECT_NAMES) {
    for (const { name, reserved } of known(catalogueOf(dialect)).eventTypes) {
      expect([name, reserved === true]).toEqual([name, isOperational({ dialect, type: name })]);
    }
  }
});

/** The design's table, written down a second time. */
test.each([
  ['standard', [...OPERATIONAL_TYPES], 15_000, {}],
  ['flexorch', ['job.completed', 'job.failed', 'dataset.ready'], 15_000, {}],
  ['orion', ['job.completed'], 15_000, {}],
  [
    'fltr',
    [
      'document.uploaded',
      'document.processed',
      'document.processing_failed',
      'document.deleted',
      'dataset.created',
      'dataset.updated',
      'dataset.deleted',
    ],
    5_000,
    { maxEndpoints: 100 },
  ],
  ['job-status', ['job.created', 'job.processing', 'job.completed', 'job.failed', 'job.cancelled'], 15_000, {}],
  ['flowcerta', ['validation.completed', 'validation.below_threshold', 'exception.expiring_soon'], 15_000, {}],
])('%s has the types, timeout and limits of the design', (name, types, timeoutMs, limits) => {
  expect(catalogueOf(name)?.eventTypes.map((eventType) => eventType.name)).toEqual(types);
  expect(wireOf(name)).toMatchObject({ timeoutMs, limits });
});

const EVENT_TYPES = DIALECT_NAMES.flatMap((name) =>
  known(catalogueOf(name)).eventTypes.map((eventType) => [`${name}:${eventType.name}`, eventType] as const),
);

describe.each(EVENT_TYPES)('%s', (_, { schema, example }) => {
  test('its example satisfies its schema and passes unchanged', () => {
    expect(schema.parse(example)).toEqual(example);
  });

  test('fields beyond the schema are kept', () => {
    expect(schema.parse({ ...example, extra: { nested: 1 } })).toEqual({ ...example, extra: { nested: 1 } });
  });

  test('its schema can be published as JSON Schema', () => {
    expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object', additionalProperties: {} });
  });
});

test.each([
  ['flexorch', 'job.completed', 'quality_grade'],
  ['flexorch', 'dataset.ready', 'dataset_id'],
  ['fltr', 'document.processed', 'chunks_created'],
  ['fltr', 'document.processing_failed', 'error'],
  ['job-status', 'job.failed', 'job_id'],
  ['flowcerta', 'validation.completed', 'summary'],
  ['flowcerta', 'validation.below_threshold', 'threshold'],
  ['flowcerta', 'exception.expiring_soon', 'daysRemaining'],
])('%s %s without %s is refused by that name', (dialect, type, field) => {
  const { schema, example } = known(eventTypeOf(dialect, type));
  const { [field]: _, ...rest } = example;
  expect(schema.safeParse(rest).error?.issues[0]?.path).toEqual([field]);
});

test("the body of fltr's own manual test satisfies its schema", () => {
  const data = { document_id: 'doc_test123', dataset_id: 'ds_test456', chunks_created: 10, status: 'ready' };
  expect(eventTypeOf('fltr', 'document.processed')?.schema.safeParse(data).success).toBe(true);
});

test.each([
  ['standard', /^whsec_[A-Za-z0-9+/]{43}=$/],
  ['job-status', /^whsec_[A-Za-z0-9+/]{43}=$/],
  ['orion', /^whsec_[A-Za-z0-9+/]{43}=$/],
  ['fltr', /^whsec_[A-Za-z0-9+/]{43}=$/],
  ['flexorch', /^[0-9a-f]{64}$/],
  ['flowcerta', /^[0-9a-f]{64}$/],
])('%s makes a secret of its form, which its own rule accepts', (name, form) => {
  const { secret } = known(wireOf(name));
  expect(secret.format(RANDOM)).toMatch(form);
  expect(secret.check(secret.format(RANDOM))).toBeUndefined();
});

test.each([
  ['standard', 'hunter2', /must start with whsec_ .* or whsk_/],
  ['job-status', 'hunter2', /must start with whsec_/],
  ['job-status', 'whsk_hunter2', /must start with whsec_/],
  ['orion', 'whsec_hunter2', /base64 of 24 to 64 bytes/],
  ['fltr', 'hunter2', /whsec_ followed by 1 to 250 visible/],
  ['fltr', 'whsec_', /whsec_ followed by 1 to 250 visible/],
  ['fltr', 'whsec_hunter2 ', /without spaces/],
  ['flexorch', '', /1 to 256 visible/],
  ['flexorch', 'hunter2 x', /without spaces/],
  ['flexorch', 'hunter2\n', /visible/],
  ['flexorch', 'hünter2', /ASCII/],
  ['flexorch', 'hunter2'.repeat(37), /1 to 256/],
  ['flowcerta', 'hunter2', /16 to 256 visible/],
])('%s refuses a secret by its rule and does not echo it, case %#', (name, secret, rule) => {
  const message = wireOf(name)?.secret.check(secret);
  expect(message).toMatch(rule);
  expect(message).not.toContain('hunter2');
});

test.each([
  ['flexorch', 'x'],
  ['flexorch', 'your_signing_secret'],
  ['fltr', 'whsec_xyz789...'],
])("%s accepts the secret of its document's example, case %#", (name, secret) => {
  expect(wireOf(name)?.secret.check(secret)).toBeUndefined();
});
