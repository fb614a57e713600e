import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { Time } from '../../components/time.tsx';
import { tookTime, waitTime } from '../../format/time.ts';
import { destinationsQuery, type Endpoint } from './endpoint-queries.ts';
import { OPERATOR_WORDS } from './form/filter-model.ts';

/** What an endpoint is set to; what is as usual is left out. */
export function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  const { headers, basicAuth, eventTypes, filter, retryDelaysMs, timeoutMs } = endpoint;
  const facts: [string, ReactNode][] = [];
  if (endpoint.destination === 'webhook')
    facts.push([
      'URL',
      <span key="url" className="mono">
        {endpoint.url}
      </span>,
    ]);
  facts.push(['Dialect', endpoint.dialect === '*' ? 'every dialect' : endpoint.dialect]);
  facts.push(['Event types', eventTypes === null ? 'All' : <Tags key="types" names={eventTypes} />]);
  if (filter !== null) facts.push(['Only events where', <FilterWords key="filter" filter={filter} />]);
  if (headers.length > 0)
    facts.push(['Custom headers', <Tags key="headers" names={headers.map(({ name }) => name)} />]);
  if (basicAuth !== null) facts.push(['Basic authentication', `as ${basicAuth.username}`]);
  facts.push(['Tried again after', retryWords(retryDelaysMs)]);
  if (timeoutMs !== null) facts.push(['Timeout', tookTime(timeoutMs)]);
  if (endpoint.ratePerSecond !== null) facts.push(['Requests per second', String(endpoint.ratePerSecond)]);
  if (endpoint.maxPerHour !== null) facts.push(['Requests per hour', String(endpoint.maxPerHour)]);
  if (endpoint.maxConcurrency !== null) facts.push(['At the same time', String(endpoint.maxConcurrency)]);
  facts.push(['Created', <Time key="created" at={endpoint.createdAt} />]);
  facts.push(['Last changed', <Time key="changed" at={endpoint.updatedAt} />]);
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <Fact key={label} label={label}>
          {value}
        </Fact>
      ))}
      {endpoint.destination !== 'webhook' && <ConfigFacts endpoint={endpoint} />}
      <Fact label="Id">
        <span className="row">
          <span className="mono">{endpoint.id}</span>
          <CopyButton text={endpoint.id} label="id of the endpoint" />
        </span>
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Tags({ names }: { names: readonly string[] }) {
  return (
    <span className="row wrap tags">
      {names.map((name) => (
        <span key={name} className="tag">
          {name}
        </span>
      ))}
    </span>
  );
}

function FilterWords({ filter }: { filter: NonNullable<Endpoint['filter']> }) {
  return (
    <ul className="stack-s">
      {filter.conditions.map(({ field, operator, value }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
        <li key={i}>
          {i > 0 && <span className="muted">{filter.match === 'all' ? 'and ' : 'or '}</span>}
          <span className="mono">{field}</span> {OPERATOR_WORDS[operator]}{' '}
          {value !== undefined && <span className="mono">{JSON.stringify(value)}</span>}
        </li>
      ))}
      {filter.minSeverity !== null && <li>severity is {filter.minSeverity} or more</li>}
    </ul>
  );
}

function ConfigFacts({ endpoint }: { endpoint: Endpoint }) {
  const { data } = useQuery(destinationsQuery);
  const fields = data?.find(({ kind }) => kind === endpoint.destination)?.fields ?? [];
  return fields.flatMap(({ name, label, options }) => {
    const value = endpoint.config[name];
    if (value === undefined) return [];
    const picked = options?.find((option) => option.value === value)?.label;
    return [
      <Fact key={name} label={label}>
        {picked ?? (typeof value === 'string' ? value : JSON.stringify(value))}
      </Fact>,
    ];
  });
}

function retryWords(delaysMs: readonly number[] | null): string {
  if (delaysMs === null) return 'as usual for the dialect';
  return delaysMs.length === 0 ? 'never' : delaysMs.map(waitTime).join(', ');
}
