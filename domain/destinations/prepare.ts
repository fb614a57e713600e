import { meaningOf } from '../dialects/meanings.ts';
import { withDefaults } from './config-schema.ts';
import type { Destination } from './destination.ts';
import { destinationOf } from './destinations.ts';
import type { Message } from './message.ts';
import { applyTemplates, applyToConfig, type Templates } from './templates.ts';

/** What of an endpoint decides what it is sent. */
export interface PreparedEndpoint {
  id: string;
  destination: string;
  config: { plain: Record<string, unknown>; secret: Record<string, unknown> };
  templates: Templates | null;
}

export interface PreparedEvent {
  id: string;
  dialect: string;
  type: string;
  data: Record<string, unknown>;
  occurredAt: string;
  /** A test event: what is about something real must not be touched by it. */
  test?: boolean;
}

/** What a destination delivers, whatever is known of its subject. */
export interface PreparedDelivery {
  destination: Destination;
  /** Secrets in clear, templates rendered. */
  config: Record<string, unknown>;
  message: Message;
  subjectKey: string;
}

/**
 * Says an event in the words of an endpoint: its dialect's meaning, overridden by the endpoint's templates. Throws for a
 * destination this version does not know, and for a template that fails or exceeds its bounds.
 */
export function prepareDelivery(
  endpoint: PreparedEndpoint,
  event: PreparedEvent,
  subjectKeyOf: (endpointId: string, subject: string) => string,
): PreparedDelivery {
  const destination = destinationOf(endpoint.destination);
  if (!destination) throw new Error(`destination ${endpoint.destination} is unknown to this version`);
  const message = applyTemplates(endpoint.templates, event, meaningOf(event));
  const given = withDefaults(destination.fields, { ...endpoint.config.plain, ...endpoint.config.secret });
  const config = applyToConfig(destination.fields, given, event, message);
  return {
    destination,
    config,
    message,
    subjectKey: subjectKeyOf(endpoint.id, event.test ? `test ${event.id}` : message.subject),
  };
}
