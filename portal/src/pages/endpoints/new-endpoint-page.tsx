import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { Icon, type IconName } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { useSession } from '../../session/session-context.ts';
import { destinationsQuery, type EndpointWithSecret } from './endpoint-queries.ts';
import { EndpointFormView } from './form/endpoint-form.tsx';
import { type EndpointForm, emptyForm, newEndpointOf } from './form/form-model.ts';
import { TryOut } from './form/try-out.tsx';
import { SecretDialog } from './secret-dialog.tsx';

const DEFAULT_DIALECT = 'standard';

const ICONS: Readonly<Record<string, IconName>> = {
  webhook: 'endpoint',
  slack: 'list',
  teams: 'person',
  jira: 'check',
  servicenow: 'shield',
};

/** First what kind of receiver, then its form. */
export function NewEndpointPage() {
  const { destination: kind } = useSearch({ from: '/organization/endpoints/new' });
  const { readOnly } = useSession();
  const destinations = useQuery(destinationsQuery);
  const destination = destinations.data?.find((one) => one.kind === kind);
  const title = destination ? `Add endpoint: ${destination.title}` : 'Add endpoint';
  return (
    <Page
      title={title}
      above={
        destination ? <Link to="/endpoints/new">← Choose another kind</Link> : <Link to="/endpoints">← Endpoints</Link>
      }
    >
      {readOnly && (
        <Empty icon="shield" title="You may look, but not change">
          <p>Your link is read-only. Ask for one that may change things.</p>
        </Empty>
      )}
      {!readOnly && destinations.isPending && <Spinner label="Reading what there is" />}
      {!readOnly && destinations.isError && (
        <ErrorState error={destinations.error} what="list" onRetry={() => void destinations.refetch()} />
      )}
      {!readOnly && destinations.data && !destination && <KindChoice kinds={destinations.data} />}
      {!readOnly && destination && <NewEndpointForm key={destination.kind} destination={destination} />}
    </Page>
  );
}

function KindChoice({ kinds }: { kinds: readonly Schema<'Destination'>[] }) {
  return (
    <ul className="kinds">
      {kinds.map(({ kind, title, summary }) => (
        <li key={kind}>
          <Link to="/endpoints/new" search={{ destination: kind }} className="card kind">
            <Icon name={ICONS[kind] ?? 'endpoint'} />
            <span>
              <strong>{title}</strong>
              <span className="muted small">{summary}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function NewEndpointForm({ destination }: { destination: Schema<'Destination'> }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { dialect } = useSession();
  const [created, setCreated] = useState<EndpointWithSecret | null>(null);
  const open = (id: string) => navigate({ to: '/endpoints/$endpointId', params: { endpointId: id } });
  const create = async (form: EndpointForm) => {
    const endpoint = await ask(api.POST('/v1/endpoints', { body: newEndpointOf(form, destination.fields) }));
    void client.invalidateQueries({ queryKey: ['endpoints'] });
    if (endpoint.secret === null) await open(endpoint.id);
    else setCreated(endpoint);
  };
  return (
    <>
      <EndpointFormView
        initial={emptyForm(destination.kind, dialect ?? DEFAULT_DIALECT)}
        destination={destination}
        submitLabel="Create endpoint"
        onSubmit={create}
        cancel={
          <Link to="/endpoints" className="button quiet">
            Cancel
          </Link>
        }
        tryOut={(form) => <TryOut form={form} fields={destination.fields} />}
      />
      {created && (
        <SecretDialog title="Your endpoint is ready" endpoint={created} onClose={() => void open(created.id)} />
      )}
    </>
  );
}
