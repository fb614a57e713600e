import { Link, useSearch } from '@tanstack/react-router';
import { CodeBlock } from '../../components/code-block.tsx';
import { useMayChange } from '../../session/session-context.ts';
import type { EventType } from './event-type-queries.ts';
import { ReceiverCode } from './receiver-code.tsx';
import { SchemaTable } from './schema-table.tsx';
import { isOperational } from './sort-types.ts';

const VIEWS = [
  { view: 'example', label: 'Example' },
  { view: 'schema', label: 'Schema' },
  { view: 'receiver', label: 'Receive it' },
] as const;

/** One event type. */
export function EventTypeView({ type }: { type: EventType }) {
  const { view = 'example', code } = useSearch({ from: '/organization/catalogue' });
  const mayChange = useMayChange();
  return (
    <article className="card" aria-labelledby="type-name">
      <div className="card-head">
        <div>
          <h2 id="type-name" className="mono break">
            {type.name}
          </h2>
          <p className="muted">{type.description || 'No description.'}</p>
        </div>
        {mayChange && !isOperational(type) && (
          <Link to="/test" search={{ type: type.name }} className="button plain">
            Test it
          </Link>
        )}
      </div>
      <div className="card-body stack">
        <nav className="tabs" aria-label="What to see of it">
          {VIEWS.map((one) => (
            <Link
              key={one.view}
              to="/catalogue"
              search={{ dialect: type.dialect, type: type.name, view: one.view, ...(code && { code }) }}
              aria-current={one.view === view ? 'true' : undefined}
              replace
            >
              {one.label}
            </Link>
          ))}
        </nav>
        {view === 'example' && <Example type={type} />}
        {view === 'schema' && <SchemaTable schema={type.schema} name={type.name} />}
        {view === 'receiver' && <ReceiverCode type={type} />}
      </div>
    </article>
  );
}

function Example({ type }: { type: EventType }) {
  if (type.example === null) return <p className="muted">Nobody has given an example of this type.</p>;
  return (
    <>
      <p className="small muted">The event’s data; its envelope and headers are those of the dialect.</p>
      <CodeBlock code={JSON.stringify(type.example, null, 2)} label={`Example of ${type.name}`} />
    </>
  );
}
