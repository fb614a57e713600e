import { expect, it } from 'vitest';
import { ApiProblem } from '../../../api/problem.ts';
import { readFaults } from './form-faults.ts';
import { FormFault } from './form-model.ts';

it('stand beside the field they are about, and in the summary with its name', () => {
  const errors = [
    { field: 'url', rule: 'must be an absolute URL' },
    { field: 'headers.1.name', rule: 'is reserved' },
    { field: 'config.channel', rule: 'is required' },
  ];
  const faults = readFaults(new ApiProblem('validation_failed', 422, 'url: must be …', errors, null));
  expect(faults.of('url')).toBe('must be an absolute URL');
  expect(faults.of('headers')).toBe('is reserved');
  expect(faults.of('config.channel')).toBe('is required');
  expect(faults.of('head')).toBeUndefined();
  expect(faults.all).toEqual([
    'The URL must be an absolute URL',
    'A custom header is reserved',
    '“channel” is required',
  ]);
});

it('go when their field is changed, and only they', () => {
  const errors = [
    { field: 'url', rule: 'must be an absolute URL' },
    { field: 'headers.1.name', rule: 'is reserved' },
  ];
  const faults = readFaults(new ApiProblem('validation_failed', 422, '', errors, null)).without('headers');
  expect(faults.all).toEqual(['The URL must be an absolute URL']);
});

it('are those of the form itself, or what went wrong at all', () => {
  expect(readFaults(new FormFault('url', 'Enter the address.'))).toMatchObject({ all: ['Enter the address.'] });
  expect(readFaults(ApiProblem.unreachable()).all).toEqual([expect.stringContaining('does not answer')]);
});
