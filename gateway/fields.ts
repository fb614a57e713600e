import { z } from 'zod';
import { DIALECT_NAMES } from '../domain/dialects/wires.ts';

/**
 * Fields that several resources share. Text never holds NUL, which Postgres cannot store, nor half of a surrogate pair, which is no
 * character and has no UTF-8: a statement that carries it as JSON fails.
 */

/** Any id of ours, and any that a caller may give an event. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Text of whole characters, empty too. */
export function wholeText(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => text.isWellFormed(), 'must not contain half of a surrogate pair');
}

/** Text of any lines, empty too, trimmed by nobody. */
export function lines(maxLength: number) {
  return wholeText(maxLength).regex(/^[^\0]*$/, 'must not contain NUL');
}

/** The same on one line. */
export function oneLine(maxLength: number) {
  return wholeText(maxLength).regex(/^\P{Cc}*$/u, 'must not contain control characters');
}

/** Text on one line that is not empty, trimmed by nobody. */
export function line(maxLength: number) {
  return oneLine(maxLength).min(1);
}

/** An id in a path; of the wrong form it is a 404. */
export const idParam = z.string().regex(ID);

/** Dialect of endpoints and events where neither the call nor the key names one. */
export const DEFAULT_DIALECT = 'standard';

/** The dialect of events; `*` is no dialect to publish in. */
export const dialectName = z.enum(DIALECT_NAMES).meta({
  description: "How one system's webhooks look and behave.",
});

/** Name of an event type, such as `job.completed`. */
export const eventTypeName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a dotted name of letters, digits, _ and -')
  .meta({ examples: ['invoice.paid'] });

const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** A time as ISO 8601 with offset, from 1970 to 9999; turned into UTC with milliseconds by `toUtc`. */
export const instant = z.iso
  .datetime({ offset: true, message: 'must be a time in ISO 8601 with an offset, such as 2026-11-21T09:30:00Z' })
  .max(40)
  .refine((text) => Date.parse(text) >= 0 && Date.parse(text) <= LAST_INSTANT, 'must lie between 1970 and 9999');

/** The same time in UTC with milliseconds. */
export function toUtc(text: string): string {
  return new Date(text).toISOString();
}

/** A time in an answer. */
export const shownInstant = z.string().meta({ format: 'date-time' });
