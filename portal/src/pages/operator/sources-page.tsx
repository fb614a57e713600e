import { Link } from '@tanstack/react-router';
import { api, ask, type Schema } from '../../api/client.ts';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { useOrganizationId } from './organization-id.ts';
import { PagedList } from './paged-list.tsx';

/** Where other systems' webhooks come in. They are made through the API, which shows their secret address once. */
export function SourcesPage() {
  const organizationId = useOrganizationId();
  return (
    <Page title="Sources" lead="Addresses at which other systems' webhooks are taken in, verified and published anew.">
      <PagedList<Schema<'Source'>>
        queryKey={['sources', organizationId]}
        read={(cursor) => ask(api.GET('/v1/sources', { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))}
        what="sources"
        links
        columns={['Name', 'Dialect', 'Verified by', 'Created']}
        row={({ id, name, dialect, hasSecret, headers, createdAt }) => (
          <tr key={id}>
            <td className="title">
              <Link to="/operator/sources/$sourceId" params={{ sourceId: id }} className="row-link break">
                {name === '' ? id : name}
              </Link>
            </td>
            <td data-label="Dialect">{dialect}</td>
            <td data-label="Verified by">
              <VerifiedBy hasSecret={hasSecret} headers={headers.map((header) => header.name)} />
            </td>
            <td data-label="Created">
              <Time at={createdAt} />
            </td>
          </tr>
        )}
        empty={
          <Empty icon="inbound" title="No sources">
            <p>
              <code>POST /v1/sources</code> makes one and answers its address; give that to the system that sends.
            </p>
          </Empty>
        }
      />
    </Page>
  );
}

function VerifiedBy({ hasSecret, headers }: { hasSecret: boolean; headers: readonly string[] }) {
  const proofs = [...(hasSecret ? ['signature'] : []), ...headers];
  if (proofs.length > 0) return proofs.join(', ');
  return (
    <Badge tone="warning" icon="warning">
      Refuses everything: no secret yet
    </Badge>
  );
}
