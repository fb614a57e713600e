import { describe, expect, test } from 'vitest';
import {
  checkEventTypePattern,
  type MatchableEndpoint,
  type MatchableEvent,
  matchesEndpoint,
} from './match-endpoint.ts';
import { OPERATIONAL_TYPES } from './operational.ts';

function matches(event: Partial<MatchableEvent>, endpoint: Partial<MatchableEndpoint>): boolean {
  return matchesEndpoint(
    { dialect: 'standard', type: 'job.completed', ...event },
    { id: 'ep_1', dialect: 'standard', eventTypes: null, presenceName: null, userId: null, ...endpoint },
  );
}

describe('dialect', () => {
  test.each([
    ['its own', 'flexorch', 'flexorch', true],
    ['another', 'flexorch', 'fltr', false],
    ['any, for *', 'flexorch', '*', true],
  ])('an endpoint gets events of %s dialect', (_, eventDialect, dialect, expected) => {
    expect(matches({ dialect: eventDialect }, { dialect })).toBe(expected);
  });
});

describe('event types', () => {
  test.each([
    ['no filter', null, true],
    ['an empty list', [], false],
    ['the exact name', ['job.completed'], true],
    ['another name', ['job.failed'], false],
    ['one of several names', ['job.failed', 'job.completed'], true],
    ['the prefix', ['job.*'], true],
    ['a prefix that is no whole part', ['jo.*'], false],
    ['a name that is a prefix of the type', ['job'], false],
    ['everything', ['*'], true],
    ['its dialect and prefix', ['flexorch:job.*'], true],
    ['its dialect and name', ['flexorch:job.completed'], true],
    ['everything of its dialect', ['flexorch:*'], true],
    ['another dialect and its name', ['fltr:job.completed'], false],
    ['everything of another dialect', ['fltr:*'], false],
  ])('flexorch job.completed against %s', (_, eventTypes, expected) => {
    expect(matches({ dialect: 'flexorch' }, { dialect: '*', eventTypes })).toBe(expected);
  });

  test('a prefix matches at any depth, but not the prefix itself', () => {
    expect(matches({ type: 'job.step.done' }, { eventTypes: ['job.*'] })).toBe(true);
    expect(matches({ type: 'job' }, { eventTypes: ['job.*'] })).toBe(false);
    expect(matches({ type: 'jobs.done' }, { eventTypes: ['job.*'] })).toBe(false);
  });

  test('a filter for another dialect does not widen the dialect of the endpoint', () => {
    expect(matches({ dialect: 'fltr' }, { dialect: 'flexorch', eventTypes: ['fltr:job.*'] })).toBe(false);
  });
});

describe('presence', () => {
  test.each([
    ['linked type, no presence', ['job.completed'], 'alerts', undefined, true],
    ['linked type, another presence', ['job.completed'], 'alerts', 'other', true],
    ['other type, same presence', ['job.failed'], 'alerts', 'alerts', true],
    ['other type, other presence', ['job.failed'], 'alerts', 'other', false],
    ['no types, same presence', null, 'alerts', 'alerts', true],
    ['no types, other presence', null, 'alerts', 'other', false],
    ['no types, event without presence', null, 'alerts', undefined, false],
    ['neither: all', null, null, 'alerts', true],
    ['types only, event with presence', ['job.failed'], null, 'alerts', false],
  ])('%s', (_, eventTypes, presenceName, eventPresence, expected) => {
    for (const dialect of ['orion', 'standard']) {
      expect(matches({ dialect, presenceName: eventPresence }, { dialect, eventTypes, presenceName })).toBe(expected);
    }
  });
});

describe('user', () => {
  test.each([
    ['both name the same', 'u1', 'u1', true],
    ['both name others', 'u1', 'u2', false],
    ['only the event names one', 'u1', null, true],
    ['only the endpoint names one', undefined, 'u1', true],
    ['neither names one', undefined, null, true],
  ])('%s', (_, eventUser, userId, expected) => {
    expect(matches({ userId: eventUser }, { userId })).toBe(expected);
  });

  test('a presence does not excuse another user', () => {
    expect(matches({ userId: 'u1', presenceName: 'a' }, { userId: 'u2', presenceName: 'a' })).toBe(false);
  });
});

describe('operational events', () => {
  test.each([
    ['the exact name', 'standard', ['delivery.failed'], true],
    ['the exact name among others', 'standard', ['order.*', 'delivery.failed'], true],
    ['the exact name, dialect *', '*', ['delivery.failed'], true],
    ['its dialect and name, dialect *', '*', ['standard:delivery.failed'], true],
    ['another operational type', 'standard', ['delivery.recovered'], false],
    ['no filter', 'standard', null, false],
    ['no filter, dialect *', '*', null, false],
    ['everything', 'standard', ['*'], false],
    ['everything of its dialect', '*', ['standard:*'], false],
    ['the prefix', 'standard', ['delivery.*'], false],
    ['its dialect and prefix', '*', ['standard:delivery.*'], false],
    ['the exact name, another dialect', 'fltr', ['delivery.failed'], false],
    ['another dialect and the exact name', '*', ['orion:delivery.failed'], false],
  ])('delivery.failed against %s', (_, dialect, eventTypes, expected) => {
    expect(matches({ type: 'delivery.failed' }, { dialect, eventTypes })).toBe(expected);
  });

  test.each(OPERATIONAL_TYPES)('%s goes to no catch-all', (type) => {
    expect(matches({ type }, {})).toBe(false);
    expect(matches({ type }, { dialect: '*', eventTypes: ['*', `${type.split('.')[0]}.*`] })).toBe(false);
    expect(matches({ type }, { eventTypes: [type] })).toBe(true);
  });

  test('no presence takes one', () => {
    expect(matches({ type: 'delivery.failed', presenceName: 'p' }, { presenceName: 'p' })).toBe(false);
  });

  test('an endpoint of one user takes them, for they name none', () => {
    expect(matches({ type: 'delivery.failed' }, { eventTypes: ['delivery.failed'], userId: 'u1' })).toBe(true);
  });

  test('a test aimed at an endpoint reaches it', () => {
    expect(matches({ type: 'delivery.failed', to: ['ep_1'] }, {})).toBe(true);
  });

  test('the same name in another dialect is an event like any other', () => {
    expect(matches({ dialect: 'orion', type: 'delivery.failed' }, { dialect: 'orion' })).toBe(true);
    expect(matches({ dialect: 'orion', type: 'delivery.failed' }, { dialect: '*', eventTypes: ['delivery.*'] })).toBe(
      true,
    );
  });

  test('a name of ours that is none of them goes to catch-alls', () => {
    expect(matches({ type: 'delivery.failed.twice' }, {})).toBe(true);
    expect(matches({ type: 'endpoint' }, {})).toBe(true);
  });
});

describe('to', () => {
  const foreign = { dialect: 'fltr', eventTypes: ['x'], presenceName: 'p', userId: 'u2' };

  test.each([
    ['a named endpoint, whatever its filter, user and dialect', ['ep_1'], foreign, true],
    ['no other endpoint, though it matches', ['ep_2'], {}, false],
    ['nobody, when empty', [], {}, false],
  ])('names %s', (_, to, endpoint, expected) => {
    expect(matches({ to, userId: 'u1' }, endpoint)).toBe(expected);
  });
});

describe('patterns', () => {
  test.each([
    'job',
    'job.completed',
    'job.*',
    'a.b.c.*',
    '*',
    'flexorch:job.*',
    'job-status:*',
    'fltr:document.processing_failed',
  ])('%s is usable', (pattern) => {
    expect(checkEventTypePattern(pattern)).toBeUndefined();
  });

  const NAME_RULE = expect.stringContaining('is a dotted name');
  const DIALECT_RULE = expect.stringContaining('before the colon');
  test.each([
    ['', NAME_RULE],
    ['job.', NAME_RULE],
    ['.job', NAME_RULE],
    ['job..done', NAME_RULE],
    ['*.done', NAME_RULE],
    ['job*', NAME_RULE],
    ['job.*.done', NAME_RULE],
    ['job done', NAME_RULE],
    ['jób', NAME_RULE],
    ['flexorch:', NAME_RULE],
    ['a:b:c', NAME_RULE],
    [':job', DIALECT_RULE],
    ['*:job', DIALECT_RULE],
    ['Flex:job', DIALECT_RULE],
    ['a'.repeat(257), 'an event type pattern has at most 256 characters, got 257'],
  ])('%s is refused by its rule', (pattern, rule) => {
    expect(checkEventTypePattern(pattern)).toEqual(rule);
  });
});
