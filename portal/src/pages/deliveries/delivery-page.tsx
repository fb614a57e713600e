import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Section } from '../../components/section.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Ago, Time } from '../../components/time.tsx';
import { useMayChange, useSession } from '../../session/session-context.ts';
import { useEndpointNames } from '../endpoints/endpoint-queries.ts';
import { AttemptList } from './attempt-list.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryOutlook } from './delivery-outlook.tsx';
import { type Delivery, deliveryQuery, eventQuery } from './delivery-queries.ts';

/** One delivery: what becomes of it, every attempt, and what it carries. */
export function DeliveryPage() {
  const { deliveryId } = useParams({ from: '/organization/deliveries/$deliveryId' });
  const delivery = useQuery(deliveryQuery(deliveryId));
  const above = <Link to="/deliveries">← Deliveries</Link>;
  if (delivery.isPending || delivery.isError) {
    return (
      <Page title="Delivery" above={above}>
        {delivery.isPending ? (
          <Spinner label="Reading the delivery" />
        ) : (
          <ErrorState error={delivery.error} what="delivery" onRetry={() => void delivery.refetch()} />
        )}
      </Page>
    );
  }
  return <DeliveryDetails key={deliveryId} delivery={delivery.data} />;
}

function DeliveryDetails({ delivery }: { delivery: Delivery }) {
  const mayChange = useMayChange();
  return (
    <Page
      title={delivery.eventType}
      above={<Link to="/deliveries">← Deliveries</Link>}
      beside={<StatusBadge status={delivery.status} />}
      actions={mayChange && <DeliveryActions delivery={delivery} />}
    >
      <DeliveryOutlook delivery={delivery} />
      <Section title="Attempts">
        <AttemptList delivery={delivery} />
      </Section>
      <div className="columns">
        <Section title="Event">
          <EventFacts delivery={delivery} />
        </Section>
        <Section title="Delivery">
          <DeliveryFacts delivery={delivery} />
        </Section>
      </div>
    </Page>
  );
}

function EventFacts({ delivery }: { delivery: Delivery }) {
  const event = useQuery(eventQuery(delivery.eventId));
  if (event.isPending) return <Spinner label="Reading the event" />;
  if (event.isError) return <ErrorState error={event.error} what="event" onRetry={() => void event.refetch()} />;
  return (
    <>
      <dl className="facts">
        <dt>Type</dt>
        <dd>
          <Link to="/catalogue" search={{ dialect: event.data.dialect, type: event.data.type }} className="mono">
            {event.data.type}
          </Link>
        </dd>
        <dt>Happened</dt>
        <dd>
          <Time at={event.data.occurredAt} />
        </dd>
        <dt>Id</dt>
        <dd className="row">
          <span className="mono break">{delivery.eventId}</span>
          <CopyButton text={delivery.eventId} label="id of the event" />
        </dd>
      </dl>
      <CodeBlock code={JSON.stringify(event.data.data, null, 2)} label="Payload" />
    </>
  );
}

function DeliveryFacts({ delivery }: { delivery: Delivery }) {
  const nameOfEndpoint = useEndpointNames();
  const { kind } = useSession();
  return (
    <dl className="facts">
      <dt>Endpoint</dt>
      <dd>
        <Link to="/endpoints/$endpointId" params={{ endpointId: delivery.endpointId }}>
          {nameOfEndpoint(delivery.endpointId)}
        </Link>
      </dd>
      <dt>Created</dt>
      <dd>
        <Time at={delivery.createdAt} />{' '}
        <span className="muted">
          (<Ago at={delivery.createdAt} />)
        </span>
      </dd>
      {delivery.completedAt !== null && (
        <>
          <dt>Ended</dt>
          <dd>
            <Time at={delivery.completedAt} />
          </dd>
        </>
      )}
      <dt>Attempts</dt>
      <dd>{delivery.attemptCount}</dd>
      <dt>Id</dt>
      <dd className="row">
        <span className="mono break">{delivery.id}</span>
        <CopyButton text={delivery.id} label="id of the delivery" />
      </dd>
      {kind === 'operator' && delivery.workflowUrl !== null && (
        <>
          <dt>Temporal</dt>
          <dd>
            <a href={delivery.workflowUrl} target="_blank" rel="noreferrer">
              Its workflow <Icon name="external" />
            </a>
          </dd>
        </>
      )}
    </dl>
  );
}
