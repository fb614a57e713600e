import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, ask } from '../../api/client.ts';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { useToasts } from '../../components/toast.tsx';
import { useMayChange } from '../../session/session-context.ts';
import { destinationsQuery, endpointQuery, nameOf } from './endpoint-queries.ts';
import { EndpointFormView } from './form/endpoint-form.tsx';
import { type EndpointForm, formOf, patchOf } from './form/form-model.ts';

/** The form of a saved endpoint. */
export function EditEndpointPage() {
  const { endpointId } = useParams({ from: '/organization/endpoints/$endpointId/edit' });
  const client = useQueryClient();
  const navigate = useNavigate();
  const toasts = useToasts();
  const mayChange = useMayChange();
  // What is being typed must not be replaced by what is read anew.
  const endpoint = useQuery({ ...endpointQuery(endpointId), refetchOnWindowFocus: false });
  const destinations = useQuery(destinationsQuery);
  const destination = destinations.data?.find(({ kind }) => kind === endpoint.data?.destination);
  const save = async (form: EndpointForm) => {
    const params = { path: { id: endpointId } };
    const body = patchOf(form, destination?.fields ?? []);
    const changed = await ask(api.PATCH('/v1/endpoints/{id}', { params, body }));
    client.setQueryData(endpointQuery(endpointId).queryKey, changed);
    void client.invalidateQueries({ queryKey: ['endpoints'] });
    toasts.done('Saved. The next attempts follow the new settings.');
    await navigate({ to: '/endpoints/$endpointId', params: { endpointId } });
  };
  const back = (
    <Link to="/endpoints/$endpointId" params={{ endpointId }}>
      ← {endpoint.data ? nameOf(endpoint.data) : 'Endpoint'}
    </Link>
  );
  if (!mayChange) {
    return (
      <Page title="Edit endpoint" above={back}>
        <Empty icon="shield" title="You may look, but not change">
          <p>Your link is read-only. Ask for one that may change things.</p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page title="Edit endpoint" above={back}>
      {(endpoint.isPending || destinations.isPending) && <Spinner label="Reading the endpoint" />}
      {endpoint.isError && (
        <ErrorState error={endpoint.error} what="endpoint" onRetry={() => void endpoint.refetch()} />
      )}
      {destinations.isError && (
        <ErrorState error={destinations.error} what="endpoint" onRetry={() => void destinations.refetch()} />
      )}
      {endpoint.data && destination && (
        <EndpointFormView
          initial={formOf(endpoint.data, destination.fields)}
          destination={destination}
          endpointId={endpointId}
          submitLabel="Save changes"
          onSubmit={save}
          cancel={
            <Link to="/endpoints/$endpointId" params={{ endpointId }} className="button quiet">
              Cancel
            </Link>
          }
        />
      )}
    </Page>
  );
}
