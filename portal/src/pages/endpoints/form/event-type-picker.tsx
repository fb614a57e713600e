import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Checkbox, FieldGroup } from '../../../components/field.tsx';
import { ErrorState, Spinner } from '../../../components/states.tsx';
import { type EventType, eventTypesQuery } from '../../catalogue/event-type-queries.ts';
import { groupTypes } from '../../catalogue/sort-types.ts';

const ANY_DIALECT = '*';
/** From this many on, a list is searched rather than read. */
const SEARCHED_FROM = 9;

interface EventTypePickerProps {
  dialect: string;
  /** Names and patterns; null: every type. */
  value: string[] | null;
  error: string | undefined;
  onChange: (types: string[] | null) => void;
}

/** All types, or some: each with what it tells and an example of it. */
export function EventTypePicker({ dialect, value, error, onChange }: EventTypePickerProps) {
  const types = useQuery(eventTypesQuery);
  return (
    <FieldGroup label="Event types" error={error}>
      <div className="row wrap choices">
        <label className="check">
          <input type="radio" name="all-types" checked={value === null} onChange={() => onChange(null)} />
          All, also those to come
        </label>
        <label className="check">
          <input type="radio" name="all-types" checked={value !== null} onChange={() => onChange(value ?? [])} />
          Only some
        </label>
      </div>
      {value !== null && types.isPending && <Spinner label="Reading the event types" />}
      {value !== null && types.isError && (
        <ErrorState error={types.error} what="list" onRetry={() => void types.refetch()} />
      )}
      {value !== null && types.data && (
        <TypeChoices types={offered(types.data, dialect)} value={value} onChange={onChange} />
      )}
    </FieldGroup>
  );
}

interface Offered extends EventType {
  /** How a subscription names it. */
  key: string;
}

function offered(types: readonly EventType[], dialect: string): Offered[] {
  // Of all dialects a name alone may stand for several types.
  const sorted = groupTypes(types, dialect).flatMap((group) => group.types);
  if (dialect === ANY_DIALECT) return sorted.map((type) => ({ ...type, key: `${type.dialect}:${type.name}` }));
  return sorted.filter((type) => type.dialect === dialect).map((type) => ({ ...type, key: type.name }));
}

function TypeChoices({
  types,
  value,
  onChange,
}: {
  types: readonly Offered[];
  value: string[];
  onChange: (types: string[]) => void;
}) {
  const [search, setSearch] = useState('');
  // What was chosen before stands first; it does not move while it is being changed.
  const [chosenBefore] = useState(value);
  const found = types
    .filter(({ key, description }) => `${key} ${description}`.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => Number(chosenBefore.includes(b.key)) - Number(chosenBefore.includes(a.key)));
  // What stands in the subscription and in no list: patterns, and types that are not registered.
  const others = value.filter((name) => !types.some(({ key }) => key === name));
  const toggle = (key: string, on: boolean) => onChange(on ? [...value, key] : value.filter((name) => name !== key));
  return (
    <div className="stack-s">
      {types.length >= SEARCHED_FROM && (
        <input
          type="search"
          aria-label="Search event types"
          placeholder="Search event types"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <div className="type-list">
        {found.map((type) => (
          <div key={type.key} className="type-choice">
            <Checkbox
              label={<span className="mono">{type.key}</span>}
              help={type.description}
              checked={value.includes(type.key)}
              onChange={(on) => toggle(type.key, on)}
            />
            {type.example && (
              <details className="more small">
                <summary>Example</summary>
                <CodeBlock code={JSON.stringify(type.example, null, 2)} label={`Example of ${type.key}`} />
              </details>
            )}
          </div>
        ))}
        {found.length === 0 && <p className="muted type-choice">No event type of this name.</p>}
        {others.map((name) => (
          <div key={name} className="type-choice">
            <Checkbox label={<span className="mono">{name}</span>} checked onChange={() => toggle(name, false)} />
          </div>
        ))}
      </div>
      <OtherType onAdd={(name) => !value.includes(name) && onChange([...value, name])} />
    </div>
  );
}

/** Patterns, and types that nobody has registered yet. */
function OtherType({ onAdd }: { onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const add = () => {
    if (name.trim() !== '') onAdd(name.trim());
    setName('');
  };
  return (
    <div className="row other-type">
      <input
        aria-label="Another event type or pattern"
        placeholder="Another, or a pattern such as job.*"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Button icon="plus" onClick={add}>
        Add
      </Button>
    </div>
  );
}
