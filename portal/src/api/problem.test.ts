import { describe, expect, it } from 'vitest';
import { ApiProblem, problemOf, wordsOf } from './problem.ts';

describe('a call that failed', () => {
  it('says what the gateway said', () => {
    const body = {
      code: 'validation_failed',
      title: 'A field',
      detail: 'url: is required',
      errors: [{ field: 'url', rule: 'is required' }],
    };
    const problem = problemOf(422, body);
    expect(problem).toMatchObject({ code: 'validation_failed', status: 422, faults: body.errors });
    expect(wordsOf(problem)).toBe('url: is required');
  });

  it('names the request where Waybill itself failed', () => {
    expect(wordsOf(problemOf(500, { code: 'internal_error', detail: 'Waybill failed', requestId: 'r-1' }))).toBe(
      'Waybill failed (request r-1)',
    );
  });

  it.each([undefined, '<html>', null, 7, { detail: 7 }])('has words for an answer that is no problem (%j)', (body) => {
    expect(problemOf(502, body)).toMatchObject({ code: 'http_502', message: expect.stringContaining('502') });
  });

  it('tells a lost session and another’s things from the rest', () => {
    expect(problemOf(401, { code: 'portal_access_refused' }).isSessionLost).toBe(true);
    expect(problemOf(401, { code: 'unauthorized' }).isSessionLost).toBe(false);
    expect(problemOf(404, {}).isNotFound).toBe(true);
    expect(ApiProblem.unreachable()).toMatchObject({ status: 0, isNotFound: false });
  });
});
