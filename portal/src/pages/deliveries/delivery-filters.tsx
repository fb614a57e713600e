import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { readLocalInput, showLocalInput } from '../../format/local-input.ts';
import { eventTypesQuery } from '../catalogue/event-type-queries.ts';
import { endpointsQuery, nameOf } from '../endpoints/endpoint-queries.ts';
import { type DeliverySearch, STATUSES } from './delivery-search.ts';

interface DeliveryFiltersProps {
  search: DeliverySearch;
  onChange: (search: DeliverySearch) => void;
}

/** What the list is narrowed by; each change goes into the address, and back to the newest. */
export function DeliveryFilters({ search, onChange }: DeliveryFiltersProps) {
  const endpoints = useQuery(endpointsQuery).data ?? [];
  const types = useQuery(eventTypesQuery).data ?? [];
  const typeNames = [...new Set([...types.map(({ name }) => name), ...(search.type ? [search.type] : [])])].sort();
  const set = (name: keyof DeliverySearch, value: string | undefined) => {
    const { cursor: _, [name]: __, ...rest } = search;
    onChange(value ? { ...rest, [name]: value } : rest);
  };
  const knowsEndpoint = endpoints.some(({ id }) => id === search.endpointId);
  return (
    <search className="filters" aria-label="Filter deliveries">
      <TextFilter text={search.text ?? ''} onChange={(text) => set('text', text)} />
      <Field label="Status">
        {(control) => (
          <select {...control} value={search.status ?? ''} onChange={(event) => set('status', event.target.value)}>
            <option value="">Any</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {status}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Event type">
        {(control) => (
          <select {...control} value={search.type ?? ''} onChange={(event) => set('type', event.target.value)}>
            <option value="">Any</option>
            {typeNames.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Endpoint">
        {(control) => (
          <select
            {...control}
            value={search.endpointId ?? ''}
            onChange={(event) => set('endpointId', event.target.value)}
          >
            <option value="">Any</option>
            {search.endpointId !== undefined && !knowsEndpoint && (
              <option value={search.endpointId}>{search.endpointId}</option>
            )}
            {endpoints.map((endpoint) => (
              <option key={endpoint.id} value={endpoint.id}>
                {nameOf(endpoint)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="spans">
        {(['since', 'until'] as const).map((name) => (
          <div key={name}>
            <Field label={name === 'since' ? 'From' : 'Until'}>
              {(control) => (
                <input
                  {...control}
                  type="datetime-local"
                  value={showLocalInput(search[name])}
                  onChange={(event) => set(name, readLocalInput(event.target.value))}
                />
              )}
            </Field>
          </div>
        ))}
      </div>
    </search>
  );
}

/** Looked for when it is entered, not with every key: the server reads thousands of payloads for it. */
function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <Field label="Text in the payload">
        {(control) => (
          <div className="row">
            <input {...control} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} />
            <Button type="submit" icon="search" className="icon-only" aria-label="Search" />
          </div>
        )}
      </Field>
    </form>
  );
}
