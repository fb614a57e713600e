import { expect, test } from 'vitest';
import { PROBLEMS } from '../../gateway/errors.ts';
import { REMEDIES, refusalOf } from './refusal.ts';

/** What no call of the nodes can be answered with: they use no portal and no stream, send no webhook, and neither connectors nor datasets. */
const NEVER_SEEN = [
  'portal_access_refused',
  'portal_header_missing',
  'too_many_tries',
  'too_many_streams',
  'webhook_refused',
  'connector_in_use',
  'dataset_overtaken',
  'invalid_records',
];

test('every problem of the gateway that a node can meet has a remedy, and no other', () => {
  expect(Object.keys(REMEDIES).sort()).toEqual(
    Object.keys(PROBLEMS)
      .filter((code) => !NEVER_SEEN.includes(code))
      .sort(),
  );
});

const ADDRESS = 'https://waybill.example';

test('a problem says what happened, what to do, each field and the code', () => {
  const errors = [
    { field: 'url', rule: 'is required' },
    { field: 'eventTypes.0', rule: 'is odd' },
  ];
  const problem = { code: 'validation_failed', detail: 'url: is required (and 1 more)', errors };
  expect(refusalOf(422, problem, ADDRESS)).toEqual({
    message: 'Waybill: url: is required (and 1 more)',
    description:
      'Correct the fields that are named, then run the node again. “url” is required; “eventTypes.0” is odd. (validation_failed)',
  });
});

test('the same is read from the look of Flowcerta, and from text that n8n did not parse', () => {
  const details = [{ field: 'score', rule: 'must be at most 100' }];
  const body = { error: 'score: must be at most 100', code: 'validation_failed', details };
  expect(refusalOf(422, JSON.stringify(body), ADDRESS)).toMatchObject({
    message: 'Waybill: score: must be at most 100',
    description: expect.stringContaining('“score” must be at most 100.'),
  });
});

test('of many fields it names five and counts the rest', () => {
  const errors = Array.from({ length: 8 }, (_, i) => ({ field: `f${i}`, rule: 'is odd' }));
  const { description } = refusalOf(422, { code: 'validation_failed', detail: 'x', errors }, ADDRESS);
  expect(description).toContain('“f4” is odd. And 3 more.');
  expect(description).not.toContain('f5');
});

test('a code of a newer Waybill is named', () => {
  expect(refusalOf(418, { code: 'teapot', detail: 'Short and stout.' }, ADDRESS).description).toContain('(teapot)');
  expect(refusalOf(418, { code: 'constructor', detail: 'x' }, ADDRESS).description).toContain('(constructor)');
});

test.each([[undefined], [''], ['<html>502</html>'], [[]], [{ message: 'no Route matched' }], [null]])(
  'what is no answer of Waybill is told as such: %j',
  (body) => {
    expect(refusalOf(502, body, ADDRESS)).toEqual({
      message: 'https://waybill.example answered 502, and not as Waybill does',
      description: expect.stringContaining('Check the base URL'),
    });
  },
);
