import { z } from 'zod';
import { matchesEndpoint } from '../../../domain/delivery/match-endpoint.ts';
import { catalogueOf } from '../../../domain/dialects/catalogues.ts';

/** Names of the events that a dialect's own document lists, in its order. */
export function eventNamesOf(dialect: string): string[] {
  return catalogueOf(dialect)?.eventTypes.map((type) => type.name) ?? [];
}

/** One event of a closed catalogue, as a request names it. */
export function eventNameOf(dialect: string) {
  const names = eventNamesOf(dialect);
  return z.enum(names, { error: `must be one of ${names.join(', ')}` });
}

/**
 * The events that a request subscribes to in a closed catalogue. At least one: the documents show no webhook without, and whether
 * an empty list means all or none would be anyone's guess.
 */
export function eventListOf(dialect: string) {
  return z.array(eventNameOf(dialect)).min(1, 'must name at least one event').max(100);
}

/**
 * The events that an endpoint of a closed catalogue gets, by name, as its system lists them: in the order given, patterns and "all"
 * written out, since the system knows neither.
 */
export function subscribedEvents(endpoint: { dialect: string; eventTypes: readonly string[] | null }): string[] {
  const { dialect } = endpoint;
  const names = eventNamesOf(dialect);
  if (endpoint.eventTypes === null) return names;
  const subscribed = endpoint.eventTypes.flatMap((pattern) =>
    names.filter((type) =>
      matchesEndpoint({ dialect, type }, { id: '', dialect, eventTypes: [pattern], presenceName: null, userId: null }),
    ),
  );
  return [...new Set(subscribed)];
}
