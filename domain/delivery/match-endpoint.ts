import { isOperational } from './operational.ts';

/** Dialect of endpoints that take the events of every dialect. */
export const ANY_DIALECT = '*';

/** What of an event decides who gets it. */
export interface MatchableEvent {
  dialect: string;
  type: string;
  /** The event's presence, where it belongs to one. */
  presenceName?: string | null | undefined;
  /** The user it concerns; absent: everyone. */
  userId?: string | null | undefined;
  /** Endpoint ids that alone shall get it. Absent: whoever matches. Empty: nobody. */
  to?: readonly string[] | null | undefined;
}

/** What of an endpoint decides which events it gets. */
export interface MatchableEndpoint {
  id: string;
  /** `*`: events of every dialect. */
  dialect: string;
  /** Names and patterns, see `checkEventTypePattern`. `null`: no filter by type. Empty: no type matches. */
  eventTypes: readonly string[] | null;
  /** Events of this presence match too, whatever their type; without `eventTypes`, only they do. */
  presenceName: string | null;
  /** Only events of this user, and those that name none. `null`: every user's. */
  userId: string | null;
}

/**
 * Whether an endpoint gets an event, as far as the two can tell: disabled state and organization are the store's to check.
 * `to` overrides filter, user and dialect. Otherwise the endpoint's dialect must be the event's or `*`, the user must agree
 * where both have one, and the type must pass the filter or the presence be the endpoint's. Operational events go only to
 * endpoints that name them exactly: no pattern, presence or missing filter takes one.
 * Source: the design's "Publishing".
 */
export function matchesEndpoint(event: MatchableEvent, endpoint: MatchableEndpoint): boolean {
  if (event.to) {
    return event.to.includes(endpoint.id);
  }
  if (endpoint.dialect !== ANY_DIALECT && endpoint.dialect !== event.dialect) {
    return false;
  }
  if (event.userId && endpoint.userId && event.userId !== endpoint.userId) {
    return false;
  }
  if (isOperational(event)) {
    return endpoint.eventTypes?.some((pattern) => isName(event, pattern)) ?? false;
  }
  if (endpoint.eventTypes === null && !endpoint.presenceName) {
    return true;
  }
  const byType = endpoint.eventTypes?.some((pattern) => matchesPattern(event, pattern)) ?? false;
  return byType || (Boolean(endpoint.presenceName) && event.presenceName === endpoint.presenceName);
}

const MAX_PATTERN_LENGTH = 256;
const DIALECT = /^[a-z][a-z0-9-]*$/;
const TYPE_PATTERN = /^(?:\*|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\.\*)?)$/;

/**
 * Names the rule that an entry of `eventTypes` breaks; `undefined` when it is usable. Usable are a name (`job.completed`),
 * a prefix (`job.*`: everything below `job`, at any depth), `*`, and each of these behind a dialect (`flexorch:job.*`).
 * Whether dialect and type exist is not checked here.
 */
export function checkEventTypePattern(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return `an event type pattern has at most ${MAX_PATTERN_LENGTH} characters, got ${pattern.length}`;
  }
  const { dialect, type } = splitPattern(pattern);
  if (dialect !== undefined && !DIALECT.test(dialect)) {
    return 'before the colon of an event type pattern stands the name of a dialect, such as flexorch:job.*';
  }
  return TYPE_PATTERN.test(type)
    ? undefined
    : 'an event type pattern is a dotted name of letters, digits, _ and -, where * may stand alone or as the last part: job.*';
}

/** Whether a pattern is the event's very name, with its dialect or without. */
function isName(event: MatchableEvent, pattern: string): boolean {
  return pattern === event.type || pattern === `${event.dialect}:${event.type}`;
}

function matchesPattern(event: MatchableEvent, pattern: string): boolean {
  const { dialect, type } = splitPattern(pattern);
  if (dialect !== undefined && dialect !== event.dialect) {
    return false;
  }
  // `job.*` keeps its full stop: it must not match `jobs.created`, nor `job` itself.
  return type === '*' || type === event.type || (type.endsWith('.*') && event.type.startsWith(type.slice(0, -1)));
}

function splitPattern(pattern: string): { dialect: string | undefined; type: string } {
  const colon = pattern.indexOf(':');
  return colon < 0
    ? { dialect: undefined, type: pattern }
    : { dialect: pattern.slice(0, colon), type: pattern.slice(colon + 1) };
}
