import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Section } from '../../components/section.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { StandingBadge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { errorWords } from '../../format/error-words.ts';
import { useMayChange } from '../../session/session-context.ts';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointFacts } from './endpoint-facts.tsx';
import { EndpointHealth } from './endpoint-health.tsx';
import { type Endpoint, endpointQuery, nameOf, placeOf } from './endpoint-queries.ts';
import { EndpointTryOut } from './endpoint-try-out.tsx';
import { RecentDeliveries } from './recent-deliveries.tsx';

/** One endpoint: how it does, what it is, what can be done with it. */
export function EndpointPage() {
  const { endpointId } = useParams({ from: '/organization/endpoints/$endpointId' });
  const endpoint = useQuery(endpointQuery(endpointId));
  const above = <Link to="/endpoints">← Endpoints</Link>;
  if (endpoint.isPending || endpoint.isError) {
    return (
      <Page title="Endpoint" above={above}>
        {endpoint.isPending ? (
          <Spinner label="Reading the endpoint" />
        ) : (
          <ErrorState error={endpoint.error} what="endpoint" onRetry={() => void endpoint.refetch()} />
        )}
      </Page>
    );
  }
  return <EndpointDetails key={endpointId} endpoint={endpoint.data} above={above} />;
}

function EndpointDetails({ endpoint, above }: { endpoint: Endpoint; above: ReactNode }) {
  const mayChange = useMayChange();
  const name = nameOf(endpoint);
  return (
    <Page
      title={name}
      above={above}
      beside={<StandingBadge endpoint={endpoint} />}
      lead={name === placeOf(endpoint) ? undefined : <span className="break">{endpoint.url}</span>}
      actions={mayChange && <EndpointActions endpoint={endpoint} />}
    >
      <Standing endpoint={endpoint} />
      <EndpointHealth endpoint={endpoint} />
      <Section
        title="Latest deliveries"
        isFlush
        actions={
          <Link to="/deliveries" search={{ endpointId: endpoint.id }} className="button quiet">
            All deliveries
            <Icon name="next" />
          </Link>
        }
      >
        <RecentDeliveries endpointId={endpoint.id} />
      </Section>
      <Section
        title="Settings"
        actions={
          mayChange && (
            <Link to="/endpoints/$endpointId/edit" params={{ endpointId: endpoint.id }} className="button plain">
              Edit
            </Link>
          )
        }
      >
        <EndpointFacts endpoint={endpoint} />
      </Section>
      {mayChange && <EndpointTryOut endpoint={endpoint} />}
    </Page>
  );
}

/** Why it takes no events at the moment, and what to do. */
function Standing({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.disabledAt !== null) {
    return (
      <div className="note warning">
        <Icon name="ban" />
        <div>
          Disabled since <Time at={endpoint.disabledAt} />
          {endpoint.disabledReason === null ? '.' : `: ${disabledWords(endpoint.disabledReason)}`} Events that come
          meanwhile are kept as cancelled deliveries: enable it, then use “Resend since …” to bring them.
        </div>
      </div>
    );
  }
  if (endpoint.pausedAt !== null) {
    return (
      <div className="note warning">
        <Icon name="pause" />
        <div>
          Paused since <Time at={endpoint.pausedAt} />
          {endpoint.pausedReason === null ? '.' : `: ${endpoint.pausedReason}.`} Deliveries wait. Correct the settings,
          or check them below: it goes on as soon as they work.
        </div>
      </div>
    );
  }
  return null;
}

const DISABLED_WORDS: Readonly<Record<string, string>> = {
  requested: 'it was switched off by hand.',
  gone: 'the receiver answered that the address is gone for good (410).',
  failing: 'too many of its deliveries failed.',
};

function disabledWords(reason: string): string {
  return DISABLED_WORDS[reason] ?? errorWords(reason);
}
