import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, ask, type Schema } from '../../api/client.ts';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { PagedList } from './paged-list.tsx';

const REFRESH_MS = 10_000;

/** A source and what arrived at it, refused arrivals with their reason. */
export function SourcePage() {
  const { sourceId = '' } = useParams({ strict: false });
  const path = { id: sourceId };
  const source = useQuery({
    queryKey: ['source', sourceId],
    queryFn: () => ask(api.GET('/v1/sources/{id}', { params: { path } })),
  });
  return (
    <Page
      title={source.data?.name || 'Source'}
      above={<Link to="/operator/sources">Sources</Link>}
      lead={source.data && `Webhooks of the dialect ${source.data.dialect}, as they arrived.`}
    >
      {source.isPending && <Spinner label="Reading the source" />}
      {source.isError && <ErrorState error={source.error} what="source" onRetry={() => void source.refetch()} />}
      {source.data && (
        <PagedList<Schema<'Receipt'>>
          queryKey={['receipts', sourceId]}
          refetchMs={REFRESH_MS}
          read={(cursor) =>
            ask(
              api.GET('/v1/sources/{id}/receipts', {
                params: { path, query: { limit: 50, ...(cursor && { cursor }) } },
              }),
            )
          }
          what="arrivals"
          columns={['Arrived', 'Outcome', 'Reason', "Sender's id", 'Bytes']}
          row={(receipt) => (
            <tr key={receipt.id}>
              <td data-label="Arrived">
                <Time at={receipt.receivedAt} />
              </td>
              <td data-label="Outcome">
                <Outcome outcome={receipt.outcome} />
              </td>
              <td data-label="Reason" className="break">
                {receipt.reason}
              </td>
              <td data-label="Sender's id" className="break">
                {receipt.sourceEventId}
              </td>
              <td data-label="Bytes" className="number">
                {receipt.bodyBytes.toLocaleString()}
              </td>
            </tr>
          )}
          empty={
            <Empty icon="inbound" title="Nothing has arrived yet">
              <p>Send a test from the other system; it appears here by itself, also when it is refused.</p>
            </Empty>
          }
        />
      )}
    </Page>
  );
}

function Outcome({ outcome }: { outcome: Schema<'Receipt'>['outcome'] }) {
  const words = outcome.replaceAll('_', ' ');
  if (outcome === 'accepted') {
    return (
      <Badge tone="good" icon="check">
        {words}
      </Badge>
    );
  }
  return outcome === 'repeated' ? (
    <Badge tone="neutral" icon="retry">
      {words}
    </Badge>
  ) : (
    <Badge tone="bad" icon="cross">
      {words}
    </Badge>
  );
}
