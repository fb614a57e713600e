import { expect, test } from 'vitest';
import { catalogueOf, eventTypeOf } from './catalogues.ts';
import { undocumentedFields } from './undocumented-fields.ts';
import { DIALECT_NAMES } from './wires.ts';

function fieldsOf(dialect: string, type: string, data: Record<string, unknown>): string[] {
  const definition = eventTypeOf(dialect, type);
  if (!definition) throw new Error(`no type ${dialect} ${type}`);
  return undocumentedFields(definition, data);
}

test.each(DIALECT_NAMES)('no example of %s has an undocumented field', (dialect) => {
  for (const { name, example } of catalogueOf(dialect)?.eventTypes ?? []) {
    expect(fieldsOf(dialect, name, example)).toEqual([]);
  }
});

test.each([
  ['fltr', 'document.processed', { document_id: 'd', language: 'en', embedding_model: 'm' }, ['language']],
  ['fltr', 'document.uploaded', { metadata: { anything: 'goes' } }, []],
  ['flexorch', 'job.completed', { job_id: 'j', region: 'eu', priority: 1 }, ['region', 'priority']],
  ['flowcerta', 'validation.completed', { validationId: 'v' }, []],
  ['flexorch', 'job.failed', { anything: 'goes, for the document shows no payload' }, []],
  ['job-status', 'job.created', { anything: 'goes, too' }, []],
])('%s %s with %j: %j', (dialect, type, data, expected) => {
  expect(fieldsOf(dialect, type, data)).toEqual(expected);
});
