import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Field } from '../../components/field.tsx';
import { Page } from '../../components/page.tsx';
import { Section } from '../../components/section.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { useMayChange } from '../../session/session-context.ts';
import { type EventType, eventTypesQuery } from '../catalogue/event-type-queries.ts';
import { type Endpoint, endpointsQuery, nameOf } from '../endpoints/endpoint-queries.ts';
import { PayloadForm } from './payload-form.tsx';
import { testableTypes } from './testable-types.ts';

/** Sends a test event to an endpoint, and watches it arrive. */
export function TestPage() {
  const mayChange = useMayChange();
  const endpoints = useQuery(endpointsQuery);
  const types = useQuery(eventTypesQuery);
  const fault = endpoints.error ?? types.error;
  return (
    <Page title="Test" lead="Sends one event to one endpoint, the way real ones go, and shows what came of it.">
      {!mayChange && (
        <Empty icon="shield" title="You may look, but not send">
          <p>Your link is read-only. Ask for one that may change things.</p>
        </Empty>
      )}
      {mayChange && (endpoints.isPending || types.isPending) && <Spinner label="Reading endpoints and event types" />}
      {fault && (
        <ErrorState
          error={fault}
          what="page"
          onRetry={() => void Promise.all([endpoints.refetch(), types.refetch()])}
        />
      )}
      {mayChange && endpoints.data && types.data && <TestForm endpoints={endpoints.data} types={types.data} />}
    </Page>
  );
}

function TestForm({ endpoints, types }: { endpoints: readonly Endpoint[]; types: readonly EventType[] }) {
  const { endpointId, type: typeName } = useSearch({ from: '/organization/test' });
  const navigate = useNavigate();
  const usable = endpoints.filter(({ disabled }) => !disabled);
  if (usable.length === 0) {
    return (
      <Empty icon="endpoint" title={endpoints.length === 0 ? 'No endpoints yet' : 'Every endpoint is disabled'}>
        <p>A test needs an endpoint that takes events.</p>
        <Link to={endpoints.length === 0 ? '/endpoints/new' : '/endpoints'} className="button primary">
          {endpoints.length === 0 ? 'Add endpoint' : 'See the endpoints'}
        </Link>
      </Empty>
    );
  }
  const endpoint = usable.find(({ id }) => id === endpointId) ?? (usable[0] as Endpoint);
  const offered = testableTypes(endpoint, types);
  const type = offered.find(({ name }) => name === typeName) ?? offered[0];
  return (
    <Section title="What to send">
      <div className="field-row">
        <Field label="Endpoint">
          {(control) => (
            <select
              {...control}
              value={endpoint.id}
              onChange={(event) =>
                void navigate({ to: '/test', search: { endpointId: event.target.value }, replace: true })
              }
            >
              {usable.map((one) => (
                <option key={one.id} value={one.id}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Event type" help={type?.description}>
          {(control) => (
            <select
              {...control}
              value={type?.name ?? ''}
              onChange={(event) =>
                void navigate({
                  to: '/test',
                  search: { endpointId: endpoint.id, type: event.target.value },
                  replace: true,
                })
              }
            >
              {offered.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {type && <PayloadForm key={`${endpoint.id} ${type.name}`} endpointId={endpoint.id} type={type} />}
    </Section>
  );
}
