import { describe, expect, it } from 'vitest';
import { EXCHANGE_ERROR_CODES } from '../../../domain/delivery/types.ts';
import { errorWords } from './error-words.ts';

describe('the words for an error', () => {
  it.each([...EXCHANGE_ERROR_CODES])('say for %s what happened, in a sentence', (code) => {
    expect(errorWords(code)).toMatch(/^[A-Z].{15,}[.?]$/);
    expect(errorWords(code)).not.toContain('_');
  });

  it.each([
    ['http_404', 'There is nothing at this address (404). Check its path.'],
    ['http_418', 'The receiver refused the request (418).'],
    ['http_599', 'The receiver failed (599).'],
    ['http_304', 'The receiver answered 304, which is no success: anything from 200 to 299 is.'],
    ['of_a_later_version', 'Of a later version.'],
    ['constructor', 'Constructor.'],
  ])('for %s', (code, words) => {
    expect(errorWords(code)).toBe(words);
  });
});
