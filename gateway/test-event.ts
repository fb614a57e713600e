import { ANY_DIALECT, matchesEndpoint } from '../domain/delivery/match-endpoint.ts';
import { catalogueOf, eventTypeOf } from '../domain/dialects/catalogues.ts';
import type { Endpoint } from '../store/endpoints.ts';
import type { GatewayDependencies } from './dependencies.ts';
import { Problem } from './errors.ts';
import { DEFAULT_DIALECT } from './fields.ts';
import { type Published, publish, publishUncheckedTest } from './publishing.ts';

/** What of a test the caller gave. */
export interface TestEventChoice {
  type?: string | undefined;
  data?: Record<string, unknown> | undefined;
}

/** A test event: `given` as far as the caller said, the rest from the endpoint's subscription and the type's example. */
export interface TestEvent {
  dialect: string;
  type: string;
  data: Record<string, unknown>;
}

const UNREGISTERED_TYPE = 'waybill.test';
const UNREGISTERED_DATA = { message: 'This is a test event from Waybill.' };

/** Picks type and data: a built-in type that the endpoint takes, or `waybill.test` where the dialect lists none to publish. */
export async function chooseTestEvent(
  deps: Pick<GatewayDependencies, 'eventTypes'>,
  organizationId: string,
  endpoint: { dialect: string; eventTypes: string[] | null },
  choice: TestEventChoice,
): Promise<TestEvent> {
  const dialect = endpoint.dialect === ANY_DIALECT ? DEFAULT_DIALECT : endpoint.dialect;
  const type = choice.type ?? subscribedType(dialect, endpoint.eventTypes);
  if (choice.data) return { dialect, type, data: choice.data };
  const registered = await deps.eventTypes.get(organizationId, dialect, type);
  const data = registered?.example ? JSON.parse(registered.example) : eventTypeOf(dialect, type)?.example;
  return { dialect, type, data: data ?? UNREGISTERED_DATA };
}

/** Publishes a test event to this endpoint only. Throws a problem if the endpoint is disabled or the event breaks a rule. */
export async function publishTestEvent(
  deps: GatewayDependencies,
  endpoint: Endpoint,
  choice: TestEventChoice,
): Promise<Published & { type: string }> {
  const { organizationId, id } = endpoint;
  if (endpoint.disabledAt !== null) throw new Problem('endpoint_disabled', 'A disabled endpoint gets no events.');
  const event = { ...(await chooseTestEvent(deps, organizationId, endpoint, choice)), to: [id] };
  // What Waybill chose itself must pass even where only registered types do.
  const chosen = choice.type === undefined && choice.data === undefined;
  const published = chosen
    ? await publishUncheckedTest(deps, organizationId, event)
    : await publish(deps, { organizationId, dialect: null, test: true }, event, null);
  return { ...published, type: event.type };
}

function subscribedType(dialect: string, eventTypes: string[] | null): string {
  const types = catalogueOf(dialect)?.eventTypes ?? [];
  const endpoint = { id: '', dialect, eventTypes, presenceName: null, userId: null };
  const taken = types.find(({ name }) => matchesEndpoint({ dialect, type: name }, endpoint));
  return (taken ?? types.find((type) => !type.reserved))?.name ?? UNREGISTERED_TYPE;
}
