import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { useSession } from '../../session/session-context.ts';
import { type EventType, eventTypesQuery } from './event-type-queries.ts';
import { EventTypeView } from './event-type-view.tsx';
import { groupTypes } from './sort-types.ts';

/** Every event type: what it tells, its schema, an example, and code that receives it. */
export function CataloguePage() {
  const types = useQuery(eventTypesQuery);
  return (
    <Page title="Event catalogue" lead="What can be sent to you, what it looks like, and how to receive it.">
      {types.isPending && <Spinner label="Reading the catalogue" />}
      {types.isError && <ErrorState error={types.error} what="catalogue" onRetry={() => void types.refetch()} />}
      {types.data?.length === 0 && (
        <Empty icon="book" title="No event types yet">
          <p>Event types that the product registers appear here. Endpoints may take others too.</p>
        </Empty>
      )}
      {types.data && types.data.length > 0 && <Catalogue types={types.data} />}
    </Page>
  );
}

function Catalogue({ types }: { types: readonly EventType[] }) {
  const search = useSearch({ from: '/organization/catalogue' });
  const { dialect: own } = useSession();
  const chosen =
    types.find(({ dialect, name }) => dialect === search.dialect && name === search.type) ??
    types.find(({ name }) => name === search.type) ??
    (groupTypes(types, own)[0]?.types[0] as EventType);
  return (
    <div className="catalogue">
      <TypeList types={types} own={own} chosen={chosen} />
      <EventTypeView key={`${chosen.dialect}:${chosen.name}`} type={chosen} />
    </div>
  );
}

function TypeList({
  types,
  own,
  chosen,
}: {
  types: readonly EventType[];
  /** Dialect of the session. */
  own: string | null;
  chosen: EventType;
}) {
  const [text, setText] = useState('');
  const { view, code } = useSearch({ from: '/organization/catalogue' });
  const found = types.filter(({ dialect, name, description }) =>
    `${dialect}:${name} ${description}`.toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <nav className="card type-nav" aria-label="Event types">
      <input
        type="search"
        aria-label="Search event types"
        placeholder="Search"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {groupTypes(found, own).map(({ title, types: members }) => (
        <div key={title}>
          <h2 className="small muted">{title}</h2>
          <ul>
            {members.map((type) => (
              <li key={type.name}>
                <Link
                  to="/catalogue"
                  search={{ dialect: type.dialect, type: type.name, ...(view && { view }), ...(code && { code }) }}
                  aria-current={type === chosen ? 'true' : undefined}
                  className="mono break"
                >
                  {type.name}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {found.length === 0 && <p className="muted small">No event type of this name.</p>}
    </nav>
  );
}
