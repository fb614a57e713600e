import { describe, expect, test } from 'vitest';
import type { Message } from '../destinations/message.ts';
import { catalogueOf } from './catalogues.ts';
import { anEvent } from './fixtures.ts';
import { MEANINGS, meaningOf } from './meanings.ts';
import { DIALECT_NAMES, wireOf } from './wires.ts';

function says(dialect: string, type: string, data: Record<string, unknown>): Message {
  return meaningOf(anEvent({ dialect, type, data }));
}

const EVENT_TYPES = DIALECT_NAMES.flatMap((dialect) =>
  (catalogueOf(dialect)?.eventTypes ?? []).map(({ name, example }) => [dialect, name, example] as const),
);

test('every dialect has words, under the name of its wire', () => {
  expect(MEANINGS.map(({ dialect }) => dialect)).toEqual(DIALECT_NAMES);
  for (const { dialect, title } of MEANINGS.filter((meaning) => meaning.dialect !== 'standard')) {
    expect(title).toBe(wireOf(dialect)?.title);
  }
});

test('every event type of every catalogue has words of its own, and no other', () => {
  for (const { dialect, types } of MEANINGS) {
    const known = catalogueOf(dialect)?.eventTypes.map(({ name }) => name) ?? [];
    expect(Object.keys(types).sort()).toEqual(known.toSorted());
  }
});

describe.each(EVENT_TYPES)('%s %s', (dialect, type, example) => {
  test('names its subject and shows each value of its example', () => {
    const message = says(dialect, type, example);
    expect(message.title).not.toMatch(/ {2}|undefined|null|object/);
    expect(message.subject).toMatch(/^[a-z-]+:[a-z]+:[^:]/);
    expect(message.subject).not.toContain(':event:');
    expect(message.fields.length).toBeGreaterThan(0);
    for (const { label, value } of message.fields) expect(`${label}${value}`).not.toMatch(/undefined|\[object/);
  });

  test.each([
    ['nothing', {}],
    ['nothing but null', Object.fromEntries(Object.keys(example).map((name) => [name, null]))],
    ['lists', Object.fromEntries(Object.keys(example).map((name) => [name, [1, { a: null }]]))],
    ['objects', Object.fromEntries(Object.keys(example).map((name) => [name, { error: { deep: { deeper: 1 } } }]))],
    ['texts', Object.fromEntries(Object.keys(example).map((name) => [name, 'x']))],
  ])('takes %s in data', (_, data) => {
    const message = says(dialect, type, data);
    expect(message.title).not.toMatch(/undefined|null|\[object/);
    expect(message.fields.length).toBeLessThanOrEqual(13);
  });
});

test.each([
  ['flexorch', ['job.failed', 'job.completed'], { job_id: 'job_1' }, 'flexorch:job:job_1'],
  [
    'job-status',
    ['job.created', 'job.processing', 'job.failed', 'job.completed', 'job.cancelled'],
    { job_id: 'job_1' },
    'job-status:job:job_1',
  ],
  [
    'fltr',
    ['document.uploaded', 'document.processing_failed', 'document.processed', 'document.deleted'],
    { document_id: 'doc_1', dataset_id: 'ds_1' },
    'fltr:document:doc_1',
  ],
  ['fltr', ['dataset.created', 'dataset.updated', 'dataset.deleted'], { dataset_id: 'ds_1' }, 'fltr:dataset:ds_1'],
  [
    'flowcerta',
    ['validation.completed', 'validation.below_threshold'],
    { fileName: 'Main.xaml', label: 'Invoices' },
    'flowcerta:workflow:Main.xaml Invoices',
  ],
  ['standard', ['delivery.failed', 'delivery.recovered'], { delivery: { id: 'dlv_1' } }, 'standard:delivery:dlv_1'],
  ['standard', ['endpoint.failing', 'endpoint.disabled'], { endpoint: { id: 'ep_1' } }, 'standard:endpoint:ep_1'],
])('in %s %j are about the same thing', (dialect, types, data, subject) => {
  for (const type of types) expect(says(dialect, type, data).subject).toBe(subject);
});

test.each([
  ['flexorch', 'job.failed', {}, 'high', false],
  ['flexorch', 'job.completed', { pii_findings_count: 0 }, 'info', true],
  ['flexorch', 'job.completed', { pii_findings_count: 1 }, 'low', true],
  ['orion', 'job.completed', {}, 'info', true],
  ['orion', 'job.completed', { status: 'failed' }, 'high', false],
  ['fltr', 'document.processing_failed', {}, 'high', false],
  ['fltr', 'document.processed', {}, 'info', true],
  ['job-status', 'job.cancelled', {}, 'low', false],
  ['flowcerta', 'validation.completed', { passed: true, summary: { critical: 1 } }, 'info', true],
  ['flowcerta', 'validation.completed', { passed: false, summary: { critical: 1 } }, 'critical', false],
  ['flowcerta', 'validation.completed', { passed: false, summary: { critical: 0, high: 1 } }, 'high', false],
  ['flowcerta', 'validation.completed', { passed: false, enforcementMode: 'blocking' }, 'high', false],
  ['flowcerta', 'validation.completed', { passed: false, summary: { low: 1 } }, 'medium', false],
  ['flowcerta', 'validation.completed', {}, 'medium', false],
  ['flowcerta', 'exception.expiring_soon', { daysRemaining: 1 }, 'high', false],
  ['flowcerta', 'exception.expiring_soon', { daysRemaining: 2 }, 'medium', false],
  ['standard', 'delivery.recovered', {}, 'info', true],
  ['standard', 'endpoint.disabled', { reason: 'gone' }, 'high', false],
  ['standard', 'endpoint.disabled', { reason: 'requested' }, 'low', false],
])('%s %s with %j is %s, resolved: %s', (dialect, type, data, severity, resolved) => {
  expect(says(dialect, type, data)).toMatchObject({ severity, resolved });
});

test('Flowcerta lists the ten most severe findings and says how many there are and where the rest is', () => {
  const findings = ['low', 'critical', ...Array(12).fill('medium')].map((severity, index) => {
    return { ruleId: `R${index}`, severity, location: `Main.xaml:${index}`, description: 'Bad.' };
  });
  const { list, fields, text } = says('flowcerta', 'validation.completed', {
    validationId: 'v_1',
    findings,
    summary: { critical: 1, high: 0, medium: 12, low: 1, total: 14 },
  });
  expect(list?.items).toHaveLength(10);
  expect(list?.items[0]).toEqual({ severity: 'critical', title: 'R1 · Main.xaml:1', text: 'Bad.' });
  expect(list?.total).toBe(14);
  expect(text).toBe('1 critical, 12 medium and 1 low findings.');
  expect(fields).toContainEqual({ label: 'Full result', value: 'GET /api/v1/results/v_1' });
});

test('a link in data becomes the link, if it is a plain https address', () => {
  expect(says('flexorch', 'job.failed', { url: 'https://flexorch.example/jobs/1' }).link).toEqual({
    label: 'Open',
    url: 'https://flexorch.example/jobs/1',
  });
  expect(says('standard', 'a.b', { url: 'http://x.example/', link: 'https://y.example' }).link?.url).toBe(
    'https://y.example/',
  );
  expect(says('standard', 'a.b', { url: 'javascript:alert(1)' }).link).toBeNull();
});

test.each([
  ['standard', 'order.created', 'order.created'],
  ['standard', 'endpoint.created', 'Waybill · endpoint.created'],
  ['orion', 'analysis.started', 'Orion · analysis.started'],
  ['unheard-of', 'a.b', 'unheard-of · a.b'],
])('the origin of %s %s is "%s"', (dialect, type, origin) => {
  expect(says(dialect, type, {}).origin).toBe(origin);
});

test.each(['constructor', '__proto__', 'toString'])('the type "%s" is unknown and rendered from its data', (type) => {
  expect(says('flexorch', type, { id: 'x' })).toMatchObject({ severity: 'info', resolved: false });
});
